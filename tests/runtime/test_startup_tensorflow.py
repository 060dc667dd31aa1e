"""The start-up hook with TensorFlow: plain Keras gives the same bits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from tests.runtime.conftest import Python

PLAIN_KERAS = """\
import importlib.util
importlib.util.find_spec("tensorflow")  # as libraries do that can go without
import keras, numpy as np, tensorflow as tf
layer = keras.layers.Dense(3)
dropped = keras.layers.Dropout(0.5)(tf.ones(20), training=True)
drawn = [layer(tf.ones((1, 2))), dropped, tf.random.uniform((3,)), keras.random.normal((2,))]
print([np.asarray(array).tolist() for array in drawn])
"""


@pytest.mark.usefixtures("tensorflow")
def test_plain_keras_draws_the_same_in_every_process_and_otherwise_with_another_seed(
    hooked_python: Python, tmp_path: Path
) -> None:
    with ThreadPoolExecutor() as pool:
        one, again, other = pool.map(
            lambda seed: hooked_python.out(
                PLAIN_KERAS, tmp_path, SAMEBITS_SEED=seed, TF_CPP_MIN_LOG_LEVEL="1"
            ),
            ["1", "1", "2"],
        )
    assert one == again
    assert one != other


def test_the_seed_of_tensorflow_is_that_of_the_process(tensorflow: ModuleType) -> None:
    """What the hook relies on: `random` gives Keras its default seeds, `set_seed` those of TensorFlow."""
    import random

    import keras

    def drawn(seed: int) -> list[float]:
        random.seed(seed)
        tensorflow.random.set_seed(seed)
        return [
            *keras.layers.Dense(2)(tensorflow.ones((1, 1)))[0].numpy(),
            *tensorflow.random.uniform((2,)).numpy(),
        ]

    state = random.getstate()
    try:
        assert drawn(1) == drawn(1) != drawn(2)
    finally:
        random.setstate(state)
