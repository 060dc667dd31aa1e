"""samebits: the runtime of the environment that gives the same bits.

The experiment (`src/`) may import the names listed in `__all__` and nothing else of this package.
This module stays empty of work: the start-up hook imports it in every Python of the image.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Example", "Run", "Settings"]

TYPE_CHECKING = False  # type checkers take it for true; `typing` would cost every start milliseconds
if TYPE_CHECKING:
    from typing import Any

    from samebits.config import Settings
    from samebits.data.examples import Example
    from samebits.runs.run import Run

_PUBLIC = {
    "Example": "samebits.data.examples",
    "Run": "samebits.runs.run",
    "Settings": "samebits.config",
}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'samebits' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)
