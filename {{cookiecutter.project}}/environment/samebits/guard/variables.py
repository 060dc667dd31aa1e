"""Does every variable of the policy have its value?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """Each policy variable that is unset or has another value."""
    for variable in situation.policy.for_variant(situation.variant):
        value = situation.environ.get(variable.name)
        if value == variable.value:
            continue
        state = "is not set" if value is None else f"is {value!r}"
        yield Finding(
            "variables",
            Severity.ERROR,
            f"{variable.name} {state}, but the policy says {variable.value!r}: {variable.reason}",
            _remedy(situation, variable.name),
        )


def _remedy(situation: Situation, name: str) -> str:
    if situation.engine == "image":
        return f"do not pass {name} to the container and do not change it in it"
    return "start programs with `make` or `python -m samebits run -- …`"
