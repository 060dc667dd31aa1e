"""Write what follows from the policy and the locks: a block in each Dockerfile, and POLICY.md.

    python3 environment/samebits/derived.py [--check | --write]

Standard library only; `make lock` runs it in the base image. Run it in the project's folder.
"""

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":  # run by its path: the package is not installed anywhere yet
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from samebits import __version__, locks, policy
from samebits.policy import HOME, Policy, Variant

BEGIN = "# samebits: begin (make lock writes this block)"
END = "# samebits: end"
_LABELLED_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn")


def docker_block(rules: Policy, variant: Variant) -> str:
    """The ENV and LABEL instructions of a Dockerfile, without the marker lines."""
    # The Dockerfile serves both processors; the label and the guard's check go by the x86-64 lock.
    lock = locks.read(locks.path_for(variant, machine="x86_64"))
    env = {variable.name: variable.value for variable in rules.for_variant(variant)}
    env |= {"SAMEBITS_LOCK": lock.digest, "SAMEBITS_POLICY": rules.digest}
    labels = {
        "org.opencontainers.image.version": __version__,
        "samebits.variant": variant,
        "samebits.lock": lock.digest,
        "samebits.policy": rules.digest,
    }
    for package in _LABELLED_PACKAGES:
        version = lock.pins.get(package) or lock.pins[f"{package}-cpu"]
        labels[f"samebits.version.{package}"] = version
    return _instruction("ENV", env) + _instruction("LABEL", labels)


def policy_page(rules: Policy) -> str:
    """POLICY.md: the policy as a page to read."""
    lines = [
        "# The determinism policy",
        "",
        "Written from `policy.toml` by `derived.py`; change it there.",
        "",
        "| variable | value | scope | reason |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{v.name}` | `{v.value}` | {v.scope} | {v.reason} |" for v in rules.variables]
    lines += ["", "Refused, whatever their value:", ""]
    lines += [f"* `{rule.pattern}`: {rule.reason}" for rule in rules.refused]
    lines += ["", "Leaked in, if set and neither in the table nor harmless:", ""]
    lines += [f"* `{rule.pattern}`: {rule.reason}" for rule in rules.families]
    lines += ["", "Harmless: " + ", ".join(f"`{rule.pattern}`" for rule in rules.harmless), ""]
    return "\n".join(lines)


def replace_block(text: str, block: str) -> str:
    """`text` with what stands between the marker lines replaced by `block`.

    Raises:
        ValueError: a marker line is missing.
    """
    before, begin, rest = text.partition(BEGIN + "\n")
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        raise ValueError(f"the marker lines {BEGIN!r} and {END!r} are missing")
    return before + begin + block + end + after


def expected(project: Path) -> dict[Path, str]:
    """Every derived file below a project's folder, with the text that it should have."""
    rules = policy.load()
    files = {HOME / "POLICY.md": policy_page(rules)}
    variants: tuple[Variant, ...] = ("cpu", "gpu")
    for variant in variants:
        path = project / f"Dockerfile.{variant}"
        files[path] = replace_block(path.read_text(), docker_block(rules, variant))
    return files


def _instruction(name: str, values: dict[str, str]) -> str:
    pairs = [f'{key}="{value}"' for key, value in values.items()]
    return f"{name} " + " \\\n    ".join(pairs) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Write or check the files that follow from policy and locks."
    )
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="bring the files up to date")
    action.add_argument("--check", action="store_true", help="fail where a file is out of date")
    options = parser.parse_args(arguments)
    stale = [
        (path, text)
        for path, text in expected(Path.cwd()).items()
        if not path.is_file() or path.read_text() != text
    ]
    for path, text in stale:
        if options.write:
            path.write_text(text)
        print(f"{path}: {'written' if options.write else 'out of date; run derived.py --write'}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
