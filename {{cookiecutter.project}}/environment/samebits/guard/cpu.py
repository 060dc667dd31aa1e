"""Can this CPU give the promised bits?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation

# x86-64-v3 as /proc/cpuinfo names its features (x86-64 psABI, table 3.1; lzcnt is listed as abm).
X86_64_V3 = frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"})


def check(situation: Situation) -> Iterator[Finding]:
    """An x86-64 CPU below v3 is drift; another architecture is outside of the portable scope."""
    if situation.machine != "x86_64":
        yield Finding(
            "cpu",
            Severity.WARNING,
            f"{situation.machine} is not x86-64: its bits are not those of the CPU image on x86-64",
            "compare runs with runs on the same kind of CPU only",
        )
        return
    missing = sorted(X86_64_V3 - situation.cpu_flags)
    if missing:
        yield Finding(
            "cpu",
            Severity.ERROR,
            f"{situation.cpu_model} is below x86-64-v3 (no {', '.join(missing)}), so its bits would differ",
            "run on a CPU of Intel's Haswell or AMD's Zen generation or later",
        )
