"""TFRecord shards: the same bytes for the same examples."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from samebits.data.examples import Example


def write(path: Path, examples: Iterable[tuple[int, Example]]) -> None:
    """Write one shard of records with `key`, `index`, `label` and the features.

    A feature is stored as the bytes of its array, little-endian, in C order; dtype and shape stand in
    the manifest. `index` is the example's place among all examples in the order of their keys.

    Raises:
        OSError: the shard could not be written whole.
    """
    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for index, example in examples:
                writer.write(serialize(index, example))
    except tf.errors.OpError as error:
        raise OSError(f"{path.name}: {error.message}") from None


def serialize(index: int, example: Example) -> bytes:
    """The record of an example, the same bytes in every process.

    A tf.train.Example is a protobuf map, whose order is random unless it is asked for otherwise.
    """
    fields = {
        "key": _bytes(example.key.encode()),
        "index": _integer(index),
        "label": _integer(example.label),
    }
    for name, array in example.features.items():
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        fields[name] = _bytes(np.ascontiguousarray(little).tobytes())
    record = tf.train.Example(features=tf.train.Features(feature=fields))
    return bytes(record.SerializeToString(deterministic=True))


def _bytes(value: bytes) -> Any:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _integer(value: int) -> Any:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
