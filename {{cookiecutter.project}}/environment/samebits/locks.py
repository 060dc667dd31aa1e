"""Read lockfiles made by pip-compile. Standard library only."""

import hashlib
import platform
import re
from dataclasses import dataclass
from pathlib import Path

from samebits.policy import HOME, Variant

_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)\s*(;[^\\]*)?\\?$")


@dataclass(frozen=True)
class Lock:
    """The pins of a lockfile, by normalized name, and the SHA-256 of the file."""

    path: Path
    pins: dict[str, str]
    digest: str


def normalize(name: str) -> str:
    """The name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def path_for(variant: Variant, machine: str | None = None) -> Path:
    """The lockfile of a variant on a machine (as `uname -m` calls it; by default this one)."""
    arm = variant == "cpu" and (machine or platform.machine()) == "aarch64"
    return HOME / "requirements" / ("cpu-arm64.txt" if arm else f"{variant}.txt")


def read(path: Path) -> Lock:
    """Read a lockfile.

    Raises:
        ValueError: a line is neither a pin, a hash nor a comment, or a pin has a marker.
    """
    content = path.read_bytes()
    pins: dict[str, str] = {}
    for number, line in enumerate(content.decode().splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith(("#", "--hash=")):
            continue
        match = _PIN.match(text)
        if match is None or match[3]:
            raise ValueError(f"{path}, line {number}: expected NAME==VERSION, found {text!r}")
        pins[normalize(match[1])] = match[2]
    return Lock(path, pins, "sha256:" + hashlib.sha256(content).hexdigest())
