"""A program as tutorials show it: Dropout, shuffling and random augmentation, and nothing for determinism."""

import hashlib

import keras
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16
x_train, x_test, y_train, y_test = train_test_split(images, digits.target, test_size=0.2)

augment = keras.Sequential([keras.layers.RandomTranslation(0.1, 0.1), keras.layers.RandomRotation(0.05)])
train = (
    tf.data.Dataset.from_tensor_slices((x_train, y_train))
    .shuffle(1000)
    .map(lambda x, y: (tf.image.random_brightness(x, 0.1), y), num_parallel_calls=tf.data.AUTOTUNE)
    .batch(32)
)

model = keras.Sequential(
    [
        keras.layers.Input((8, 8, 1)),
        augment,
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=2, verbose=0)

digest = hashlib.sha256()
for weight in model.get_weights():
    digest.update(weight.tobytes())
print("weights", digest.hexdigest())
print("accuracy", model.evaluate(x_test, y_test, verbose=0)[1])
