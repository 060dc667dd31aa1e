"""Can packages of the home folder be imported?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """The user's site-packages must not be on the path."""
    if situation.user_site:
        yield Finding(
            "user_site",
            Severity.ERROR,
            "the user's site-packages are on the path and shadow the locked packages",
            "set PYTHONNOUSERSITE=1, as the image does",
        )
