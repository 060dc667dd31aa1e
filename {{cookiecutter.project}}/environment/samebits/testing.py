"""Tests that every experiment passes, to be inherited by the project's own test class.

They climb a ladder (configuration, data, initialization, forward, backward, update, bits), so the
first that fails names the cause.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from samebits import config, project
from samebits.config import Experiment
from samebits.data.manifest import Manifest
from samebits.data.pipeline import Reader
from samebits.data.prepare import prepare
from samebits.runs.run import Run, weights_of

BATCH = 8


class _Untrained(Run):
    """A run that stops where the training would begin, with the compiled model."""

    model: Any = None

    def fit(self, model: keras.Model, **_: Any) -> None:
        self.model = model


class ExperimentTests:
    """The ladder. A project derives its own class from it and adds tests of what is special in it."""

    @pytest.fixture(scope="class")
    def folder(self) -> Path:
        return Path(os.environ.get("SAMEBITS_PROJECT", "."))

    @pytest.fixture(scope="class")
    def experiment(self, folder: Path) -> Experiment:
        return config.load(folder)

    @pytest.fixture(scope="class")
    def prepared(
        self, folder: Path, experiment: Experiment, tmp_path_factory: pytest.TempPathFactory
    ) -> tuple[Path, Manifest]:
        path = tmp_path_factory.mktemp("data") / "prepared"
        examples = project.function(folder, experiment, "prepare", "examples")
        manifest, _ = prepare(examples(), experiment.data, path)
        return path, manifest

    @pytest.fixture(scope="class")
    def batch(
        self, folder: Path, experiment: Experiment, prepared: tuple[Path, Manifest]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        decode = project.function(folder, experiment, "data", "decode")
        inputs, target = next(iter(Reader(*prepared, "train", decode).in_order(BATCH)))
        return inputs, target

    @pytest.fixture
    def model(
        self, folder: Path, experiment: Experiment, prepared: tuple[Path, Manifest], tmp_path: Path
    ) -> keras.Model:
        return _compiled(folder, experiment, prepared, tmp_path)

    def test_every_split_has_every_class(self, prepared: tuple[Path, Manifest]) -> None:
        _, manifest = prepared
        for name, split in manifest.splits.items():
            assert all(split.classes.values()), f"{name}: {split.classes}"

    def test_decoded_inputs_are_finite(self, batch: tuple[tf.Tensor, tf.Tensor]) -> None:
        inputs, _ = batch
        assert np.isfinite(inputs.numpy()).all()

    def test_augmentation_is_a_function_of_its_seed(
        self, folder: Path, experiment: Experiment, batch: tuple[tf.Tensor, tf.Tensor]
    ) -> None:
        augment = project.function(folder, experiment, "data", "augment")
        first, again = (augment(batch[0][0], tf.constant([1, 2])).numpy() for _ in range(2))
        np.testing.assert_array_equal(first, again)
        assert first.shape == batch[0][0].shape

    def test_initialization_is_a_function_of_the_seed(
        self,
        folder: Path,
        experiment: Experiment,
        prepared: tuple[Path, Manifest],
        tmp_path: Path,
    ) -> None:
        first, again = (_compiled(folder, experiment, prepared, tmp_path) for _ in range(2))
        assert [*weights_of(first).values()] == [*weights_of(again).values()]

    def test_forward_pass_is_finite(self, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor]) -> None:
        assert np.isfinite(model(batch[0]).numpy()).all()

    def test_every_weight_gets_a_gradient(
        self, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor]
    ) -> None:
        inputs, target = batch
        with tf.GradientTape() as tape:
            loss = model.compute_loss(inputs, target, model(inputs, training=True))
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
            assert gradient is not None, f"{variable.path}: no gradient"
            assert np.isfinite(gradient.numpy()).all(), f"{variable.path}: gradient is not finite"

    def test_a_step_changes_the_weights(self, model: keras.Model, batch: tuple[tf.Tensor, tf.Tensor]) -> None:
        before = weights_of(model)
        model.train_on_batch(*batch)
        assert weights_of(model) != before

    def test_two_smoke_runs_have_the_same_bits(self, folder: Path, tmp_path: Path) -> None:
        shutil.copytree(folder / "src", tmp_path / "src")
        shutil.copy(folder / config.FILE, tmp_path)
        environ = os.environ | {"SAMEBITS_PROJECT": str(tmp_path)}
        for verb in (["prepare"], ["verify", "--smoke", "--allow-drift"]):
            command = [sys.executable, "-m", "samebits", *verb]
            done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr


def _compiled(
    folder: Path, experiment: Experiment, prepared: tuple[Path, Manifest], files: Path
) -> keras.Model:
    """The experiment's model as its train.py compiles it, untrained."""
    path, manifest = prepared
    keras.utils.set_random_seed(experiment.seed)
    run = _Untrained(folder, experiment, manifest, path, files, smoke=True)
    project.function(folder, experiment, "train", "train")(run)
    assert run.model is not None, "train.py: train() did not call run.fit(model)"
    return run.model
