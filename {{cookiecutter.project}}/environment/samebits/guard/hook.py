"""Was this Python started with the seeding hook?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """Without `samebits.pth`, and under `python -S`, programs start unseeded."""
    if not situation.hook_active:
        yield Finding(
            "hook",
            Severity.ERROR,
            "the start-up hook is not active, so programs start unseeded",
            "build again, and do not start Python with -S",
        )
