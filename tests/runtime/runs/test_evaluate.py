"""Metrics of a classifier, against numbers computed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from samebits.data import manifest as manifests
from samebits.data.manifest import Manifest
from samebits.errors import UsageError
from samebits.files import write_json
from samebits.runs import evaluate as evaluation
from samebits.runs import record as records
from samebits.runs.train import PREPARED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.config import Data
    from samebits.runs.record import Record

CLASSES = ["ant", "bee", "cat"]
TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
PREDICTED = np.array([0, 0, 0, 1, 1, 1, 1, 0, 0, 1])


def test_the_metrics_are_those_that_one_computes_by_hand() -> None:
    result = evaluation.score(TRUTH, PREDICTED, CLASSES)
    assert result.examples == 10
    assert result.accuracy == 0.6
    assert result.confusion.tolist() == [[3, 1, 0], [2, 3, 0], [0, 1, 0]]
    assert result.per_class["ant"] == pytest.approx(
        {"precision": 3 / 5, "recall": 3 / 4, "f1": 2 / 3, "examples": 4}
    )
    assert result.per_class["bee"] == pytest.approx(
        {"precision": 3 / 5, "recall": 3 / 5, "f1": 3 / 5, "examples": 5}
    )
    # Never predicted: a precision of 0, not a warning or NaN.
    assert result.per_class["cat"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "examples": 1}


def test_a_class_that_neither_occurs_nor_is_predicted_has_its_row() -> None:
    result = evaluation.score(TRUTH[:4], PREDICTED[:4], CLASSES)
    assert list(result.per_class) == CLASSES
    assert result.confusion.shape == (3, 3)
    assert result.per_class["cat"]["examples"] == 0


def test_the_rows_of_the_confusion_matrix_are_the_true_classes() -> None:
    result = evaluation.score(np.array([0, 0]), np.array([1, 1]), CLASSES)
    assert result.confusion[0, 1] == 2


@pytest.mark.parametrize("count", [3, 14])
def test_equal_matrices_are_drawn_to_equal_bytes(tmp_path: Path, count: int) -> None:
    classes = [f"class {number}" for number in range(count)]
    for name in ("one.png", "two.png"):
        evaluation.plot(evaluation.score(TRUTH, PREDICTED, classes), classes, tmp_path / name)
    one = (tmp_path / "one.png").read_bytes()
    assert one.startswith(b"\x89PNG")
    assert one == (tmp_path / "two.png").read_bytes()
    evaluation.plot(evaluation.score(TRUTH, TRUTH, classes), classes, tmp_path / "other.png")
    assert one != (tmp_path / "other.png").read_bytes()


def test_a_drawing_names_neither_its_maker_nor_its_time(tmp_path: Path) -> None:
    evaluation.plot(evaluation.score(TRUTH, PREDICTED, CLASSES), CLASSES, tmp_path / "one.png")
    content = (tmp_path / "one.png").read_bytes()
    for chunk in (b"tEXt", b"tIME", b"iTXt"):
        assert chunk not in content


def test_a_run_is_not_evaluated_on_other_data_than_its_own(
    project: Path, record: Callable[..., Record], settings: Callable[..., Data]
) -> None:
    run = project / "runs" / "seed42"
    run.mkdir(parents=True)
    records.write(run, record(data="sha256:dd"))
    prepared = project / PREPARED
    prepared.mkdir(parents=True)
    other = Manifest(
        data=settings(), source="", examples=0, features={}, splits={}, duplicates=[], made_with={}
    )
    write_json(prepared / manifests.FILE, other.as_json())
    with pytest.raises(UsageError, match="is not the data that seed42 was trained on"):
        evaluation.evaluate(project, run)


def test_a_run_that_has_not_ended_is_not_evaluated(project: Path, record: Callable[..., Record]) -> None:
    run = project / "runs" / "seed42"
    run.mkdir(parents=True)
    records.write(run, record(status="running", outcome=None))
    with pytest.raises(UsageError, match="has not ended"):
        evaluation.evaluate(project, run)
