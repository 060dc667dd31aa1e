"""The determinism policy, read from `policy.toml`. Standard library only: it serves without packages."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Literal

Scope = Literal["machine", "portable", "gpu"]
Variant = Literal["cpu", "gpu"]

HOME = Path(__file__).resolve().parent.parent  # environment/ in the project, /opt/samebits in the image

_SCOPES_OF_VARIANT: Mapping[Variant, tuple[Scope, ...]] = {
    "cpu": ("machine", "portable"),
    "gpu": ("machine", "portable", "gpu"),
}


@dataclass(frozen=True)
class Variable:
    """An environment variable that the environment sets."""

    name: str
    value: str
    scope: Scope
    reason: str


@dataclass(frozen=True)
class Rule:
    """A variable, or a family of them by a shell pattern, that the policy does not set."""

    pattern: str
    reason: str

    def matches(self, name: str) -> bool:
        return fnmatchcase(name, self.pattern)


@dataclass(frozen=True)
class Image:
    """What the image consists of, to tell how a host differs from it."""

    python: str
    system: str
    glibc: str


@dataclass(frozen=True)
class Policy:
    """The whole policy. `digest` is the SHA-256 of the file."""

    variables: tuple[Variable, ...]
    refused: tuple[Rule, ...]
    families: tuple[Rule, ...]
    harmless: tuple[Rule, ...]
    image: Image
    digest: str

    def for_variant(self, variant: Variant) -> tuple[Variable, ...]:
        """The variables that the image of this variant sets, in the order of the file."""
        scopes = _SCOPES_OF_VARIANT[variant]
        return tuple(variable for variable in self.variables if variable.scope in scopes)

    def leak(self, name: str, variant: Variant) -> Rule | None:
        """The rule by which a variable that is set does not belong here, or None if it may be set."""
        for rule in self.refused:
            if rule.matches(name):
                return rule
        allowed = {variable.name for variable in self.for_variant(variant)}
        if name in allowed or any(rule.matches(name) for rule in self.harmless):
            return None
        return next((rule for rule in self.families if rule.matches(name)), None)

    def is_refused(self, name: str) -> bool:
        return any(rule.matches(name) for rule in self.refused)


@cache
def load(path: Path = HOME / "policy.toml") -> Policy:
    """Read and check a policy.

    Raises:
        ValueError: a variable is named twice, is empty, or has an unknown scope.
    """
    content = path.read_bytes()
    table = tomllib.loads(content.decode())
    variables = tuple(Variable(**entry) for entry in table["variable"])
    names = [variable.name for variable in variables]
    for variable in variables:
        if names.count(variable.name) > 1:
            raise ValueError(f"{path}: {variable.name} stands there twice")
        if not variable.value or not variable.reason:
            # Apptainer drops a variable whose value is empty.
            raise ValueError(f"{path}: {variable.name} needs a value and a reason, neither empty")
        if variable.scope not in ("machine", "portable", "gpu"):
            raise ValueError(f"{path}: {variable.name} has the unknown scope {variable.scope!r}")
    return Policy(
        variables=variables,
        refused=_rules(table["refused"]),
        families=_rules(table["family"]),
        harmless=_rules(table["harmless"]),
        image=Image(**table["image"]),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
    )


def _rules(entries: list[dict[str, str]]) -> tuple[Rule, ...]:
    return tuple(Rule(**entry) for entry in entries)
