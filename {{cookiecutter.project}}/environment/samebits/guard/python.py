"""Is this the Python of the environment?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation

SUPPORTED = ("3.11", "3.12", "3.13")


def check(situation: Situation) -> Iterator[Finding]:
    """In the image, the minor version must be the image's; on a host, one that the lock serves."""
    minor = ".".join(situation.python.split(".")[:2])
    wanted = situation.policy.image.python
    if situation.engine == "image" and minor != wanted:
        yield Finding(
            "python",
            Severity.ERROR,
            f"Python {situation.python} runs here, but the image is locked to {wanted}",
            "start programs with the image's own `python`",
        )
    if situation.engine != "image" and minor not in SUPPORTED:
        yield Finding(
            "python",
            Severity.ERROR,
            f"Python {situation.python} is not served by the lock",
            f"install Python {', '.join(SUPPORTED[:-1])} or {SUPPORTED[-1]} and run `make build ENGINE=host`",
        )
