"""Prepared data as batches, in an order that is a function of (seed, epoch) alone.

There is no state anywhere: shards are permuted, windows shuffled and examples augmented by stateless
ops whose seeds come from the seed, the epoch and the example. So neither the number of threads nor an
interruption changes what comes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf

from samebits.data.manifest import Manifest
from samebits.seeds import derive_pair

Features = dict[str, Any]
Decode = Callable[[Features], tuple[Any, Any]]
Augment = Callable[[Any, Any], Any]

_THREADS = 8  # of the maps; they run in parallel and keep the order
_OPEN_SHARDS = 4  # read alternately, so that a window mixes several shards


class Reader:
    """Reads one split of a prepared data set.

    Args:
        folder: the prepared data set, already verified.
        decode: from the features of a record (with `key`, `index` and `label`) to inputs and target.
    """

    def __init__(self, folder: Path, manifest: Manifest, split: str, decode: Decode) -> None:
        self._files = [str(folder / shard.file) for shard in manifest.splits[split].shards]
        self._examples = manifest.splits[split].examples
        self._features = manifest.features
        self._decode = decode

    def in_order(self, batch_size: int, limit: int | None = None) -> tf.data.Dataset:
        """All examples once, or the first `limit`, in the order of the shards, in batches."""
        records = tf.data.TFRecordDataset(self._files)
        if limit is not None:
            records = records.take(limit)
        dataset = records.map(
            lambda record: self._decode(self._parse(record)),
            num_parallel_calls=_THREADS,
            deterministic=True,
        )
        return self._counted(dataset.batch(batch_size), batch_size, limit).prefetch(2)

    def shuffled(
        self,
        batch_size: int,
        *,
        seed: int,
        epochs: int,
        window: int,
        augment: Augment | None = None,
        limit: int | None = None,
    ) -> tf.data.Dataset:
        """`epochs` passes over the examples, each in an order of its own, in batches of at most `batch_size`.

        Args:
            seed: of the whole run.
            window: how many records are shuffled among each other at a time.
            augment: from inputs and a seed (int32, shape [2], of the epoch and the example) to inputs.
            limit: use only the first examples of each epoch.
        """
        order_seed = tf.constant(derive_pair(seed, "order"), tf.int32)
        augment_seed = tf.constant(derive_pair(seed, "augment"), tf.int32)

        def epoch_batches(epoch: Any) -> tf.data.Dataset:
            records = self._shuffled_records(tf.random.fold_in(order_seed, epoch), window)
            if limit is not None:
                records = records.take(limit)
            epoch_seed = tf.random.fold_in(augment_seed, epoch)

            def example(record: Any) -> tuple[Any, Any]:
                features = self._parse(record)
                inputs, target = self._decode(features)
                if augment is not None:
                    inputs = augment(inputs, tf.random.fold_in(epoch_seed, features["index"]))
                return inputs, target

            dataset = records.map(example, num_parallel_calls=_THREADS, deterministic=True)
            return dataset.batch(batch_size)

        dataset = tf.data.Dataset.range(epochs).flat_map(epoch_batches)
        return self._counted(dataset, batch_size, limit, epochs).prefetch(2)

    def batches(self, batch_size: int, limit: int | None = None) -> int:
        """How many batches one pass over the examples has."""
        examples = self._examples if limit is None else min(limit, self._examples)
        return -(-examples // batch_size)

    def _counted(
        self, dataset: tf.data.Dataset, batch_size: int, limit: int | None, epochs: int = 1
    ) -> tf.data.Dataset:
        """The dataset with its length known: Keras asks for it, and a shard cut short is noticed."""
        return dataset.apply(
            tf.data.experimental.assert_cardinality(epochs * self.batches(batch_size, limit))
        )

    def _shuffled_records(self, seed: Any, window: int) -> tf.data.Dataset:
        files = tf.random.experimental.stateless_shuffle(tf.constant(self._files), seed)
        records = tf.data.Dataset.from_tensor_slices(files).interleave(
            tf.data.TFRecordDataset, cycle_length=_OPEN_SHARDS, block_length=1
        )

        def shuffle(number: Any, records: Any) -> Any:
            # Number 0 would be the seed of the shards themselves.
            return tf.random.experimental.stateless_shuffle(records, tf.random.fold_in(seed, number + 1))

        return records.batch(window).enumerate().map(shuffle).unbatch()

    def _parse(self, record: Any) -> Features:
        fields = {
            "key": tf.io.FixedLenFeature([], tf.string),
            "index": tf.io.FixedLenFeature([], tf.int64),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }
        fields |= {name: tf.io.FixedLenFeature([], tf.string) for name in self._features}
        parsed: Features = tf.io.parse_single_example(record, fields)
        for name, feature in self._features.items():
            array = tf.io.decode_raw(parsed[name], feature.dtype, little_endian=True)
            parsed[name] = tf.reshape(array, feature.shape)
        return parsed
