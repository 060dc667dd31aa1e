"""The metrics of a run, epoch by epoch: on the terminal, in `metrics.csv`, and digested."""

import sys
from pathlib import Path
from typing import Any

import keras
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from samebits import digests
from samebits.files import write_text
from samebits.runs.record import METRICS


class History(keras.callbacks.Callback):  # type: ignore[misc]
    """Shows and keeps the metrics: a progress bar on a terminal, one plain line per epoch elsewhere.

    Attributes:
        values: a list per metric, one value per epoch.
    """

    def __init__(self, folder: Path, epochs: int) -> None:
        super().__init__()
        self.values: dict[str, list[float]] = {}
        self._path = folder / METRICS
        self._epochs = epochs
        self._epoch = 0
        self._progress: Progress | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        if sys.stdout.isatty():
            self._progress = Progress(
                TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), transient=True
            )
            self._progress.start()
            self._task = self._progress.add_task("training", total=self._epochs * self.params["steps"])

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._progress is not None:
            self._progress.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        for name, value in metrics.items():
            self.values.setdefault(name, []).append(value)
        self._epoch = epoch + 1
        write_text(self._path, self.as_csv())
        shown = "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())
        line = f"epoch {self._epoch}/{self._epochs}  {shown}"
        if self._progress is None:
            print(line, flush=True)
        else:
            self._progress.console.print(line, highlight=False)

    def on_train_end(self, logs: Any = None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def as_csv(self) -> str:
        """A line per epoch; floats are written so that they read back to the same bits."""
        lines = [",".join(["epoch", *self.values])]
        for epoch, row in enumerate(zip(*self.values.values(), strict=True), start=1):
            lines.append(",".join([str(epoch), *map(repr, row)]))
        return "\n".join(lines) + "\n"

    def digests(self) -> list[str]:
        """A digest per epoch, of all its metrics."""
        epochs = zip(*self.values.values(), strict=True)
        return [digests.of_json(dict(zip(self.values, map(repr, row), strict=True))) for row in epochs]
