"""What the start-up hook and the guard cost: paired runs with and without, in alternation.

    python benchmarks/startup.py [--pairs 21] VENV

VENV is a virtualenv that `make build ENGINE=host` has made. Prints a Markdown table of medians.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[1] / "{{cookiecutter.project}}" / "environment"
NOWHERE = {"SAMEBITS_HOME": "/nowhere"}  # samebits.pth then does nothing


def milliseconds(command: list[str], environ: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env={"PATH": os.defpath, **environ}, check=True, capture_output=True)
    return (time.perf_counter() - start) * 1000


def paired(first: Callable[[], float], second: Callable[[], float], pairs: int) -> tuple[float, float, float]:
    """Medians of both and of their differences, the two called in alternation."""
    first(), second()  # warm the caches
    times = [(first(), second()) for _ in range(pairs)]
    ones, twos = zip(*times, strict=True)
    differences = [two - one for one, two in times]
    return statistics.median(ones), statistics.median(twos), statistics.median(differences)


def main() -> None:
    parser = argparse.ArgumentParser(description="What hook and guard cost at start-up.")
    parser.add_argument("venv", type=Path, help="a virtualenv made by `make build ENGINE=host`")
    parser.add_argument("--pairs", type=int, default=21)
    options = parser.parse_args()
    python = str(options.venv / "bin" / "python")
    hook = {"SAMEBITS_HOME": str(ENVIRONMENT), "SAMEBITS_PROJECT": tempfile.gettempdir()}

    print(f"| program | plain, ms | with the hook, ms | difference, ms ({options.pairs} pairs) |")
    print("|---|---|---|---|")
    programs = ("pass", "import random", "import numpy.random", "import tensorflow")
    for program in programs:
        command = [python, "-c", program]
        pairs = options.pairs if "tensorflow" not in program else 7
        plain, hooked, difference = paired(
            lambda command=command: milliseconds(command, NOWHERE),
            lambda command=command: milliseconds(command, hook),
            pairs,
        )
        print(f"| `python -c '{program}'` | {plain:.1f} | {hooked:.1f} | {difference:+.1f} |")
    doctor = [python, "-m", "samebits", "doctor"]
    nothing = [python, "-c", "pass"]
    plain, guarded, difference = paired(
        lambda: milliseconds(nothing, hook), lambda: milliseconds(doctor, hook), options.pairs
    )
    print(f"| `doctor`, against `pass` | {plain:.1f} | {guarded:.1f} | {difference:+.1f} |")


if __name__ == "__main__":
    main()
