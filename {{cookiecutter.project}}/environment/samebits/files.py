"""Files that are there whole or not at all."""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from samebits.errors import UsageError

PARTIAL = ".partial-"  # what the names of unfinished files and folders begin with


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes of samebits out of a folder, which is made if it is missing.

    Raises:
        UsageError: another process is in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"{folder}: another process is writing there. Wait until it has ended."
            ) from None
        yield
    finally:
        os.close(descriptor)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, and put what was written there in the place of `path`.

    The file is flushed to the disk before it is renamed. When the body raises, nothing is left and the
    old file stays as it was. What an earlier process left unfinished for it is removed. The suffix is
    kept, because some writers go by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in _leftovers(path):
        leftover.unlink(missing_ok=True)
    temporary = path.with_name(f"{PARTIAL}{os.getpid()}-{path.name}")
    try:
        yield temporary
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """Give a temporary folder, and put it in the place of `folder` once it is complete.

    An old `folder` stays until then. What an earlier process left unfinished for it is removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in _leftovers(folder):
        shutil.rmtree(leftover)
    temporary = folder.with_name(f"{PARTIAL}{os.getpid()}-{folder.name}")
    old = folder.with_name(f"{PARTIAL}old-{folder.name}")
    temporary.mkdir()
    try:
        yield temporary
        for path in temporary.rglob("*"):
            flush(path)
        flush(temporary)
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
        flush(folder.parent)
    finally:
        for path in (temporary, old):
            if path.exists():
                shutil.rmtree(path)


def _leftovers(path: Path) -> list[Path]:
    """What processes that were killed have left of an unfinished `path`."""
    name = re.compile(rf"{re.escape(PARTIAL)}(\d+|old)-{re.escape(path.name)}")
    return [sibling for sibling in path.parent.iterdir() if name.fullmatch(sibling.name)]


def write_text(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def flush(path: Path) -> None:
    """Wait until a file or a folder has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
