"""Has a variable leaked in that the libraries read and the policy does not set?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """Each variable of a family of the policy that it does not name, and each escape hatch."""
    for name in sorted(situation.environ):
        rule = situation.policy.leak(name, situation.variant)
        if rule is None:
            continue
        value = situation.environ[name]
        if situation.policy.is_refused(name):
            what = f"{name}={value} is refused: it {rule.reason}"
        else:
            what = f"{name}={value} has leaked in: {rule.reason}"
        yield Finding(
            "leaks",
            Severity.ERROR,
            what,
            f"unset {name} where the container or the shell is started",
        )
