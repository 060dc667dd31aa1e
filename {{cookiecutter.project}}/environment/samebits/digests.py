"""SHA-256 digests of files, arrays and JSON values."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def of_bytes(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def of_file(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def of_json(value: Any) -> str:
    """The digest of a JSON value, whatever the order of its keys."""
    return of_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def of_array(array: NDArray[Any]) -> str:
    """The digest of an array: of its dtype, its shape and its elements, little-endian, in C order."""
    array = np.asarray(array)
    little = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))
    header = f"{array.dtype.name}{list(array.shape)}".encode()
    return of_bytes(header + little.tobytes())


def of_arrays(arrays: Mapping[str, NDArray[Any]]) -> str:
    """The digest of named arrays; their order counts."""
    return of_strings(f"{name} {of_array(array)}" for name, array in arrays.items())


def of_strings(strings: Iterable[str]) -> str:
    return of_bytes("\n".join(strings).encode())


def of_tree(folder: Path, pattern: str = "**/*.py") -> str:
    """The digest of the files below a folder: of their relative names and contents, in order of name."""
    paths = sorted(path for path in folder.glob(pattern) if path.is_file())
    return of_strings(f"{path.relative_to(folder).as_posix()} {of_file(path)}" for path in paths)
