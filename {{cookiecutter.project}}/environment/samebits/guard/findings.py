"""What a check of the guard says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby


class Severity(StrEnum):
    """`ERROR` is drift: the environment is not the one that was locked, and `train` refuses it."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One difference between the environment and what it should be, and how to mend it."""

    check: str
    severity: Severity
    what: str
    remedy: str


def has_drifted(findings: Iterable[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def describe(findings: Iterable[Finding]) -> Iterator[str]:
    """Lines to print: each finding, and after those that share a remedy, the remedy once."""
    for remedy, group in groupby(findings, key=lambda finding: finding.remedy):
        for finding in group:
            yield f"{finding.severity}: {finding.what}"
        yield f"    remedy: {remedy}"
