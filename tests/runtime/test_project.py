"""The experiment's code as the verbs find it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from samebits import project as code
from samebits.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from samebits.config import Experiment


@pytest.fixture
def package(project: Path, experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = project / "src" / experiment.experiment.package
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in [name for name in sys.modules if name.partition(".")[0] == folder.name]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def test_a_function_of_the_experiment_is_found(package: Path, project: Path, experiment: Experiment) -> None:
    (package / "prepare.py").write_text("def examples():\n    return 7\n", encoding="utf-8")
    assert code.function(project, experiment, "prepare", "examples")() == 7


def test_a_module_that_is_missing_is_told_with_the_key_that_names_the_package(
    package: Path, project: Path, experiment: Experiment
) -> None:
    with pytest.raises(UsageError, match=r"train\.py: not found\. \[experiment\] package .* says 'digits'"):
        code.function(project, experiment, "train", "train")
    assert str(package / "train.py")


@pytest.mark.parametrize("text", ["", "train = 3\n"])
def test_a_function_that_is_missing_is_told_by_its_name(
    package: Path, project: Path, experiment: Experiment, text: str
) -> None:
    (package / "train.py").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"train\.py: has no function train\(\)"):
        code.function(project, experiment, "train", "train")


def test_an_error_in_the_experiments_code_passes_through(
    package: Path, project: Path, experiment: Experiment
) -> None:
    (package / "data.py").write_text("1 / 0\n", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        code.function(project, experiment, "data", "decode")
