"""The runtime's layers: policy and config at the ground, then data, runs, proof, and the command line."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import samebits

PACKAGE = Path(samebits.__file__).parent
# What each part may import besides the ground; `guard` belongs to the ground of runs.
ALLOWED = {
    "guard": set(),
    "data": set(),
    "runs": {"guard", "data"},
    "proof": {"guard", "data", "runs"},
}
TOP = {"cli", "__main__", "__init__", "testing"}


def imported(path: Path) -> Iterator[str]:
    """The first word after `samebits` of each import in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            first, _, rest = node.module.partition(".")
            if first == "samebits":
                yield from [rest.partition(".")[0]] if rest else [alias.name for alias in node.names]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.name)
def test_a_module_imports_from_the_layers_below_it_only(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part in TOP:
        return
    above = ALLOWED.keys() - ALLOWED.get(part, set()) - {part} | (TOP - {"__init__"})
    assert not above & set(imported(path))
