"""The experiment's code, as the verbs use it.

prepare.py   examples() -> Iterator[Example]
data.py      decode(features) -> (inputs, target);  augment(inputs, seed) -> inputs
train.py     train(run) -> keras.Model
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samebits.config import Experiment
from samebits.errors import UsageError


def function(project: Path, config: Experiment, module: str, name: str) -> Callable[..., Any]:
    """A function of the experiment's package.

    Raises:
        UsageError: the package, the module or the function is not there. Errors inside the experiment's
            code pass through, with their traceback.
    """
    source = str(project / "src")
    if source not in sys.path:
        sys.path.append(source)
    package = config.experiment.package
    path = project / "src" / package / f"{module}.py"
    if not path.is_file():
        raise UsageError(f"{path}: not found. [experiment] package in experiment.toml says {package!r}.")
    found = getattr(importlib.import_module(f"{package}.{module}"), name, None)
    if not callable(found):
        raise UsageError(
            f"{path}: has no function {name}(). Define it; docs: README.md, 'Where to change what'."
        )
    return found  # type: ignore[no-any-return]
