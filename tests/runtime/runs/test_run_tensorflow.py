"""What the experiment's train(run) is given, and what is digested of what it returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from samebits import config
from samebits.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from samebits.config import Data, Experiment
    from samebits.data.examples import Example
    from samebits.runs.run import Run

DATA = """\
import tensorflow as tf

def decode(features):
    return tf.cast(tf.reshape(features["image"], [4]), tf.float32), features["label"]

def augment(inputs, seed):
    return inputs + tf.random.stateless_uniform([4], seed)
"""


@pytest.fixture
def make_run(
    tensorflow: ModuleType,
    project: Path,
    experiment: Experiment,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Run]:
    """Make a run of the experiment whose only code is its data.py."""
    del tensorflow
    from samebits.data.prepare import prepare
    from samebits.runs.run import Run

    package = project / "src" / experiment.experiment.package
    package.mkdir(parents=True)
    (package / "data.py").write_text(DATA, encoding="utf-8")
    monkeypatch.syspath_prepend(project / "src")
    manifest, _ = prepare(examples(), settings(), tmp_path / "prepared")

    def make(**changes: Any) -> Run:
        folder = tmp_path / "runs" / "one"
        smoke = changes.pop("smoke", False)
        overrides = [f"training.{key}={value}" for key, value in changes.items()]
        changed = config.load(project, overrides)
        return Run(project, changed, manifest, tmp_path / "prepared", folder, smoke=smoke)

    return make


def compiled() -> Any:
    import keras

    keras.utils.clear_session()  # otherwise the next layer would have another name
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


def test_two_runs_of_one_seed_have_the_same_outcome_bit_by_bit(make_run: Callable[..., Run]) -> None:
    outcomes = []
    for epochs in (2, 2, 3):
        run, model = make_run(epochs=epochs), compiled()
        run.fit(model)
        outcomes.append(run.outcome(model))
    one, two, longer = outcomes
    assert one == two
    assert one.initial_weights == longer.initial_weights
    assert one.metrics == longer.metrics[:2]
    assert one.final_weights != longer.final_weights
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= one.history.keys()


def test_augmentation_can_be_turned_off(make_run: Callable[..., Run]) -> None:
    weights = []
    for augment in ("true", "false"):
        run, model = make_run(augment=augment), compiled()
        run.fit(model)
        weights.append(run.outcome(model).final_weights)
    assert weights[0] != weights[1]


def test_a_model_without_a_declared_input_is_built_from_the_data(make_run: Callable[..., Run]) -> None:
    import keras

    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    run = make_run(epochs=1)
    run.fit(model)
    assert run.outcome(model).initial_weights.keys() == run.outcome(model).final_weights.keys() != set()


def test_a_run_trains_one_model_once(make_run: Callable[..., Run]) -> None:
    run, model = make_run(epochs=1), compiled()
    run.fit(model)
    with pytest.raises(UsageError, match=r"run\.fit\(\) was called twice"):
        run.fit(model)


def test_a_train_function_that_does_not_train_is_told_so(make_run: Callable[..., Run]) -> None:
    with pytest.raises(UsageError, match=r"without a call of run\.fit\(model\)"):
        make_run().outcome(compiled())


def test_the_run_tells_classes_shapes_and_checked_settings(make_run: Callable[..., Run]) -> None:
    class ModelSettings(config.Settings):
        units: int
        activation: str

    class OtherSettings(config.Settings):
        units: str

    run = make_run()
    assert run.classes == ("ant", "bee", "cat")
    assert run.shapes == {"image": (2, 2), "weight": ()}
    assert run.settings(ModelSettings).units == 8
    with pytest.raises(UsageError, match=r"experiment\.toml, \[model\] does not say what was expected"):
        run.settings(OtherSettings)


def test_the_weights_of_two_layers_of_one_name_are_both_digested(tensorflow: ModuleType) -> None:
    del tensorflow
    import keras
    from samebits.runs.run import weights_of

    class Twins(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one = keras.layers.Dense(1, name="dense", kernel_initializer="zeros", use_bias=False)
            self.two = keras.layers.Dense(1, name="dense", kernel_initializer="ones", use_bias=False)

        def call(self, inputs: Any) -> Any:
            return self.one(inputs) + self.two(inputs)

    model = Twins()
    model(np.zeros((1, 2), np.float32))
    before = weights_of(model)
    assert len(before) == len(model.weights) == 2
    for weight in model.weights:
        value = weight.numpy()
        weight.assign(value + 1)
        assert weights_of(model) != before
        weight.assign(value)


def test_the_digests_of_weights_change_with_the_last_bit(tensorflow: ModuleType) -> None:
    del tensorflow
    from samebits.runs.run import weights_of

    model = compiled()
    before = weights_of(model)
    kernel = model.layers[0].kernel
    value = kernel.numpy()
    value[0, 0] = np.nextafter(value[0, 0], np.float32(9))
    kernel.assign(value)
    after = weights_of(model)
    assert {path for path in before if before[path] != after[path]} == {kernel.path}
