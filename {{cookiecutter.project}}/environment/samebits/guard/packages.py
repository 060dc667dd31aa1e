"""Is every package the one of the lock, and is there no other?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """Each package that is missing, has another version, or does not stand in the lock."""
    pins, installed = situation.lock.pins, situation.packages
    remedy = "install nothing by hand: build again, or change the lock with `make lock`"
    for name, version in pins.items():
        if name not in installed:
            what = f"{name} {version} is locked but not installed"
        elif installed[name] != version:
            what = f"{name} {installed[name]} is installed, but {version} is locked"
        else:
            continue
        yield Finding("packages", Severity.ERROR, what, remedy)
    for name in sorted(installed.keys() - pins.keys()):
        what = f"{name} {installed[name]} is installed but does not stand in {situation.lock.path.name}"
        yield Finding("packages", Severity.ERROR, what, remedy)
