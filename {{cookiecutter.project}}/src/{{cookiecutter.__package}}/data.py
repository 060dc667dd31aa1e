"""From a record of the prepared data to what the model sees."""

import keras
import tensorflow as tf


def decode(features: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Turn the features of a record into inputs (float32, 0…1) and target (int64)."""
    return tf.cast(features["image"], tf.float32) / 16.0, features["label"]


def augment(image: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Change a training image at random, by ops that take the seed they are given.

    The seed differs for every example and epoch. Shift by up to one pixel, and change the contrast.
    """
    shift_seed, contrast_seed = tf.unstack(tf.random.split(seed, 2))
    height, width, channels = image.shape
    padded = tf.pad(image, [[1, 1], [1, 1], [0, 0]])
    shifted = tf.image.stateless_random_crop(padded, [height, width, channels], shift_seed)
    contrasted = tf.image.stateless_random_contrast(shifted, 0.8, 1.2, contrast_seed)
    return keras.ops.clip(contrasted, 0.0, 1.0)
