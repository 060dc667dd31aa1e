"""What the experiment's `train(run)` is given."""

import io
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from samebits import config, digests, project
from samebits.config import Experiment, Settings
from samebits.data.manifest import Manifest
from samebits.data.pipeline import Reader
from samebits.errors import UsageError
from samebits.files import replacing
from samebits.runs.history import History
from samebits.runs.record import Outcome

_Settings = TypeVar("_Settings", bound=Settings)

SMOKE_EXAMPLES = 64
SMOKE_EPOCHS = 2


class Run:
    """One training run: its configuration, its data, and `fit`.

    Attributes:
        config: `experiment.toml`, with what the command line changed.
        classes: the names of the classes, in the order of the labels.
        shapes: the shape of each feature of the data, by name.
        folder: where the run's files go.
    """

    def __init__(
        self,
        project_folder: Path,
        experiment: Experiment,
        manifest: Manifest,
        prepared: Path,
        folder: Path,
        *,
        smoke: bool,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self.config = experiment
        self.classes = tuple(manifest.data.classes)
        self.shapes = {name: tuple(feature.shape) for name, feature in manifest.features.items()}
        self.folder = folder
        self._begin = begin  # called when all that can be wrong before the training has been checked
        self._project = project_folder
        self._manifest = manifest
        self._prepared = prepared
        self._limit = SMOKE_EXAMPLES if smoke else None
        self._epochs = min(SMOKE_EPOCHS, experiment.training.epochs) if smoke else experiment.training.epochs
        self._initial_weights: dict[str, str] = {}
        self._history: History | None = None

    def settings(self, model: type[_Settings]) -> _Settings:
        """The `[model]` table, checked against the experiment's own class.

        Raises:
            UsageError: naming every wrong key.
        """
        return config.check(model, self.config.model, f"{config.FILE}, [model]")

    def fit(self, model: keras.Model, *, callbacks: Sequence[keras.callbacks.Callback] = ()) -> None:
        """Train a compiled model on the training split, validating after each epoch.

        Decoding and augmentation are those of the experiment's `data.py`. The metrics of each epoch are
        printed and written to `metrics.csv`.

        Raises:
            UsageError: it was called before.
        """
        if self._history is not None:
            raise UsageError("train.py: run.fit() was called twice; a run trains one model once.")
        settings = self.config.training
        augment = (
            project.function(self._project, self.config, "data", "augment") if settings.augment else None
        )
        reader = self._reader("train")
        training = reader.shuffled(
            settings.batch_size,
            seed=self.config.seed,
            epochs=self._epochs,
            window=settings.shuffle_window,
            augment=augment,
            limit=self._limit,
        )
        if not model.built:
            model.build(training.element_spec[0].shape)
        self._initial_weights = weights_of(model)
        self._history = History(self.folder, self._epochs)
        self._begin()
        model.fit(
            training,
            epochs=self._epochs,
            steps_per_epoch=reader.batches(settings.batch_size, self._limit),
            shuffle=False,
            validation_data=self._validation(),
            callbacks=[*callbacks, self._history],
            verbose=0,
        )

    def outcome(self, model: keras.Model) -> Outcome:
        """The digests of the trained model and of the way to it.

        Raises:
            UsageError: the model was not trained by `fit`.
        """
        if self._history is None or not self._initial_weights:
            raise UsageError("train.py: train() returned without a call of run.fit(model).")
        predictions = model.predict(self._validation(), verbose=0)
        return Outcome(
            initial_weights=self._initial_weights,
            metrics=self._history.digests(),
            final_weights=weights_of(model),
            predictions=digests.of_arrays({str(i): a for i, a in enumerate(_leaves(predictions))}),
            history=self._history.values,
        )

    def _reader(self, split: str) -> Reader:
        decode = project.function(self._project, self.config, "data", "decode")
        return Reader(self._prepared, self._manifest, split, decode)

    def _validation(self) -> tf.data.Dataset:
        return self._reader("validation").in_order(self.config.training.batch_size, self._limit)


def arrays_of(model: keras.Model) -> dict[str, NDArray[Any]]:
    """Each weight of a model, by its path; paths that come again are numbered."""
    weights: dict[str, NDArray[Any]] = {}
    times: Counter[str] = Counter()
    for variable in model.weights:
        times[variable.path] += 1
        number = f" ({times[variable.path]})" if variable.path in weights else ""
        weights[variable.path + number] = np.asarray(variable)
    return weights


def weights_of(model: keras.Model) -> dict[str, str]:
    """The digest of each weight of a model, by its path."""
    return {path: digests.of_array(array) for path, array in arrays_of(model).items()}


def save_weights(model: keras.Model, path: Path) -> None:
    """Write the weights as a NumPy archive; equal weights give equal bytes, unlike a `.keras` file."""
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=False, **arrays_of(model))
    with replacing(path) as temporary:
        temporary.write_bytes(archive.getvalue())


def _leaves(predictions: Any) -> list[Any]:
    return [np.asarray(leaf) for leaf in tf.nest.flatten(predictions)]
