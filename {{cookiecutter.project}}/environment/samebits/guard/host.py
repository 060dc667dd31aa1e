"""How does this host differ from the image?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """On the host engine, each known difference to the image; outside of any engine, that it is so."""
    if situation.engine == "none":
        yield Finding(
            "host",
            Severity.ERROR,
            "this Python was started outside of the image and of the host engine",
            "start it with `make`, or with `python -m samebits run -- …`",
        )
    if situation.engine != "host":
        return
    image = situation.policy.image
    yield from _difference("Python", situation.python, image.python)
    yield from _difference("system", situation.system, image.system)
    yield from _difference("glibc", situation.glibc, image.glibc)
    for change in situation.host_changes:
        yield Finding(
            "host",
            Severity.WARNING,
            f"{change} for this run",
            "nothing, or unset it in your shell",
        )


def _difference(what: str, here: str, there: str) -> Iterator[Finding]:
    if here != there and not here.startswith(f"{there}."):
        yield Finding(
            "host",
            Severity.NOTE,
            f"{what} is {here} here and {there} in the image",
            "use a container engine where the same bits as the image's matter",
        )
