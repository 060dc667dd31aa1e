"""Every pin of a lock has a wheel for each Python and processor that the lock is said to serve."""

import subprocess
import sys
from pathlib import Path

import pytest

LOCKS = Path(__file__).parents[2] / "{{cookiecutter.project}}" / "environment" / "requirements"


@pytest.mark.parametrize(
    ("lock", "python", "processor"),
    [
        ("cpu.txt", "3.11", "x86_64"),
        ("cpu.txt", "3.12", "x86_64"),
        ("cpu.txt", "3.13", "x86_64"),
        ("cpu-arm64.txt", "3.13", "aarch64"),
    ],
)
def test_each_pin_has_a_wheel(lock: str, python: str, processor: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--target", str(tmp_path)]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(LOCKS / lock)]
    command += [f"--python-version={python}"]
    # Debian 13 has glibc 2.41; pip takes each platform literally.
    command += [f"--platform=manylinux_2_{minor}_{processor}" for minor in range(41, 16, -1)]
    command += [f"--platform=manylinux2014_{processor}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
