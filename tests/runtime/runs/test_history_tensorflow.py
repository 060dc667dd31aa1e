"""The metrics of a run: printed, written and digested epoch by epoch."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from samebits.runs.history import History

EPOCHS = [{"loss": 0.1 + 0.2, "accuracy": 1 / 3}, {"loss": 1e-45, "accuracy": float("nan")}]


@pytest.fixture
def history(tensorflow: ModuleType, tmp_path: Path) -> Callable[..., History]:
    """Make the history of these epochs, in a folder of its own."""
    del tensorflow
    from samebits.runs.history import History

    def make(epochs: list[dict[str, float]], name: str = "run") -> History:
        history = History(tmp_path / name, len(epochs))
        history.on_train_begin()
        for epoch, logs in enumerate(epochs):
            history.on_epoch_end(epoch, logs)
        history.on_train_end()
        return history

    return make


def test_metrics_csv_reads_back_to_the_same_bits(history: Callable[..., History], tmp_path: Path) -> None:
    values = history(EPOCHS).values
    with (tmp_path / "run" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    for name in ("loss", "accuracy"):
        assert [repr(float(row[name])) for row in rows] == list(map(repr, values[name]))


def test_metrics_csv_is_whole_after_every_epoch(history: Callable[..., History], tmp_path: Path) -> None:
    path = tmp_path / "run" / "metrics.csv"
    running = history(EPOCHS[:1])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
    running.on_epoch_end(1, EPOCHS[1])
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    assert [found.name for found in path.parent.iterdir()] == ["metrics.csv"]


def test_where_there_is_no_terminal_each_epoch_is_one_plain_line(
    history: Callable[..., History], capsys: pytest.CaptureFixture[str]
) -> None:
    history(EPOCHS)
    assert capsys.readouterr().out == (
        "epoch 1/2  loss 0.3000  accuracy 0.3333\nepoch 2/2  loss 0.0000  accuracy nan\n"
    )


def test_the_digest_of_an_epoch_changes_with_the_last_bit_of_a_metric(
    history: Callable[..., History],
) -> None:
    one = history(EPOCHS, "one").digests()
    assert history(EPOCHS, "again").digests() == one
    other = history([{"loss": 0.3, "accuracy": 1 / 3}, EPOCHS[1]], "other").digests()
    assert other[0] != one[0]
    assert other[1] == one[1]


def test_the_digest_of_an_epoch_changes_with_the_name_of_a_metric(history: Callable[..., History]) -> None:
    assert history([{"loss": 1.0}], "one").digests() != history([{"error": 1.0}], "two").digests()
