"""The verb `evaluate`: a finished run on the test split."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samebits.config import Experiment
from samebits.data import manifest as manifests
from samebits.errors import UsageError
from samebits.files import replacing, write_json, write_text
from samebits.runs import record as records
from samebits.runs.record import digest_of_weights
from samebits.runs.train import PREPARED


@dataclass(frozen=True)
class Evaluation:
    """Metrics of a classifier on the test split.

    Attributes:
        per_class: precision, recall, F1 and number of examples of each class.
        confusion: int64, shape [classes, classes]; rows are the true classes, columns the predicted ones.
    """

    examples: int
    accuracy: float
    per_class: dict[str, dict[str, float]]
    confusion: NDArray[np.int64]


def evaluate(project: Path, folder: Path) -> Evaluation:
    """Evaluate a finished run, and write metrics.json, confusion_matrix.csv and .png to its folder.

    Raises:
        UsageError: the run has not ended, its model has changed since, or the data is another one.
    """
    record, outcome = records.read_complete(folder)
    manifest = manifests.read(project / PREPARED)
    if manifest.digest != record.data:
        raise UsageError(
            f"{PREPARED} is not the data that {folder.name} was trained on. Prepare that data again, "
            "or train a new run."
        )
    manifests.verify(project / PREPARED, manifest)
    model = _load(folder / records.MODEL)
    from samebits.runs.run import weights_of

    if digest_of_weights(weights_of(model)) != outcome.weights_digest:
        raise UsageError(
            f"{folder / records.MODEL}: its weights are not those of {records.FILE}. Train with --again."
        )
    truth, predicted = _predict(project, record.config, manifest, model)
    evaluation = score(truth, predicted, manifest.data.classes)
    _write(folder / records.EVALUATION, evaluation, manifest.data.classes)
    return evaluation


def score(truth: NDArray[Any], predicted: NDArray[Any], classes: list[str]) -> Evaluation:
    """The metrics of predicted labels.

    Args:
        truth, predicted: labels, integers, shape [examples].
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    labels = list(range(len(classes)))
    columns = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0.0)
    per_class = {
        name: {
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(f1),
            "examples": int(support),
        }
        for name, precision, recall, f1, support in zip(classes, *columns, strict=True)
    }
    return Evaluation(
        examples=len(truth),
        accuracy=float(np.mean(truth == predicted)),
        per_class=per_class,
        confusion=confusion_matrix(truth, predicted, labels=labels),
    )


def _load(path: Path) -> Any:
    import keras

    try:
        return keras.models.load_model(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be loaded ({error}). Train the run again with --again.") from None


def _predict(
    project: Path, experiment: Experiment, manifest: manifests.Manifest, model: Any
) -> tuple[NDArray[Any], NDArray[Any]]:
    from samebits.data.pipeline import Reader
    from samebits.project import function

    decode = function(project, experiment, "data", "decode")
    batches = Reader(project / PREPARED, manifest, "test", decode).in_order(experiment.training.batch_size)
    truth = np.concatenate([target.numpy() for _, target in batches])
    return truth, np.argmax(model.predict(batches, verbose=0), axis=-1)


def _write(folder: Path, evaluation: Evaluation, classes: list[str]) -> None:
    write_json(
        folder / "metrics.json",
        {
            "split": "test",
            "examples": evaluation.examples,
            "accuracy": evaluation.accuracy,
            "classes": evaluation.per_class,
        },
    )
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["true \\ predicted", *classes])
    writer.writerows([name, *row] for name, row in zip(classes, evaluation.confusion.tolist(), strict=True))
    write_text(folder / "confusion_matrix.csv", table.getvalue())
    with replacing(folder / "confusion_matrix.png") as path:
        plot(evaluation, classes, path)


def plot(evaluation: Evaluation, classes: list[str], path: Path) -> None:
    """Draw the confusion matrix; equal matrices give equal bytes."""
    from matplotlib.figure import Figure
    from sklearn.metrics import ConfusionMatrixDisplay

    side_inches = max(4.0, 0.5 * len(classes) + 2)
    figure = Figure(figsize=(side_inches, side_inches), layout="constrained")
    axes = figure.subplots()
    ConfusionMatrixDisplay(evaluation.confusion, display_labels=classes).plot(
        ax=axes,
        cmap="Blues",
        colorbar=False,
        xticks_rotation="vertical" if len(classes) > 10 else "horizontal",
    )
    axes.set_title(f"accuracy {evaluation.accuracy:.3f} on {evaluation.examples} examples of the test split")
    figure.savefig(path, dpi=120, metadata={"Software": None})
