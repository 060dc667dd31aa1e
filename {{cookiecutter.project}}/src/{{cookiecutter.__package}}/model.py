"""The model."""

import keras
from pydantic import Field, PositiveInt
from samebits import Settings


class ModelSettings(Settings):
    """`[model]` of experiment.toml."""

    filters: list[PositiveInt] = Field(min_length=1)
    units: PositiveInt
    dropout: float = Field(ge=0, lt=1)


def build(settings: ModelSettings, image_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Build a small convolutional network: images of `image_shape` to one logit per class."""
    inputs = keras.Input(image_shape)
    x = inputs
    for filters in settings.filters:
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(settings.units, activation="relu")(x)
    x = keras.layers.Dropout(settings.dropout)(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))
