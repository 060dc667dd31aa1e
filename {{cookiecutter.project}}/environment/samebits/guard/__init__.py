"""The guard: is this environment the one that was locked? One module per check."""

from samebits.guard import (
    cpu,
    hook,
    host,
    image,
    keras_config,
    leaks,
    packages,
    python,
    user_site,
    variables,
)
from samebits.guard.findings import Finding, Severity, describe, has_drifted
from samebits.guard.situation import Situation, observe

__all__ = [
    "BUILD_CHECKS",
    "CHECKS",
    "Finding",
    "Severity",
    "Situation",
    "describe",
    "has_drifted",
    "inspect",
    "observe",
]

BUILD_CHECKS = (python, packages, variables, leaks, user_site, hook, keras_config, image, host)
CHECKS = (*BUILD_CHECKS, cpu)  # an image may be built on a CPU that it will never run on


def inspect(situation: Situation, *, building: bool = False) -> tuple[Finding, ...]:
    """Every finding of every check, in the order of the checks."""
    checks = BUILD_CHECKS if building else CHECKS
    return tuple(finding for module in checks for finding in module.check(situation))
