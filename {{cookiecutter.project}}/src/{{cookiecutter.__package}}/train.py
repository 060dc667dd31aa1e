"""The training entrypoint."""

import keras
from samebits import Run

from .model import ModelSettings, build


def train(run: Run) -> keras.Model:
    """Train the model of `model.py`, by the numbers in experiment.toml."""
    model = build(run.settings(ModelSettings), run.shapes["image"], len(run.classes))
    model.compile(
        optimizer=keras.optimizers.Adam(run.config.training.learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    run.fit(model)
    return model
