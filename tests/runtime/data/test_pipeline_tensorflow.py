"""The order of training: a function of (seed, epoch) and of nothing else."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from samebits.config import Data
    from samebits.data.examples import Example
    from samebits.data.pipeline import Reader

EXAMPLES = 18  # of the training split


@pytest.fixture(scope="module")
def make_reader(
    tensorflow: ModuleType,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Reader]:
    """Make a reader of the training examples, which decodes to key and features, in shards of so many."""
    del tensorflow
    from samebits.data.pipeline import Reader
    from samebits.data.prepare import prepare

    def to_key_and_weight(features: Any) -> Any:
        return (features["key"], features["weight"]), features["label"]

    def make(per_shard: int = 4, decode: Callable[[Any], Any] = to_key_and_weight) -> Reader:
        folder = tmp_path_factory.getbasetemp() / "pipeline" / str(per_shard)
        manifest, _ = prepare(examples(), settings(examples_per_shard=per_shard), folder)
        return Reader(folder, manifest, "train", decode)

    return make


@pytest.fixture(scope="module")
def reader(make_reader: Callable[..., Reader]) -> Reader:
    return make_reader()


def keys(dataset: Any) -> list[str]:
    return [key.decode() for (batch, _), _ in dataset.as_numpy_iterator() for key in batch]


def epochs(reader: Reader, seed: int, count: int, *, window: int = 8, **options: Any) -> list[list[str]]:
    found = keys(reader.shuffled(4, seed=seed, epochs=count, window=window, **options))
    size = len(found) // count
    return [found[start : start + size] for start in range(0, len(found), size)]


def test_in_order_every_example_comes_once_and_in_every_pass_alike(reader: Reader) -> None:
    found = keys(reader.in_order(4))
    assert len(set(found)) == len(found) == EXAMPLES
    assert keys(reader.in_order(7)) == found
    assert keys(reader.in_order(4, limit=5)) == found[:5]


@given(seed=st.integers(0, 2**32 - 1), window=st.integers(1, 40))
@settings(max_examples=6)  # each builds a graph
def test_every_epoch_is_a_permutation_of_the_same_examples(seed: int, window: int, reader: Reader) -> None:
    expected = sorted(keys(reader.in_order(4)))
    for epoch in epochs(reader, seed, 2, window=window):
        assert sorted(epoch) == expected


def test_the_order_is_the_same_each_time_and_another_one_in_each_epoch_and_for_each_seed(
    reader: Reader,
) -> None:
    first = epochs(reader, 1, 4)
    assert epochs(reader, 1, 4) == first
    orders = {tuple(epoch) for epoch in first + epochs(reader, 2, 4)}
    assert len(orders) == 8


def test_the_order_of_an_epoch_does_not_depend_on_how_many_there_are(reader: Reader) -> None:
    assert epochs(reader, 1, 3)[:1] == epochs(reader, 1, 1)


def test_an_interrupted_run_can_go_on_with_what_would_have_come(reader: Reader) -> None:
    dataset = reader.shuffled(4, seed=1, epochs=3, window=8)
    batches = [batch.tolist() for (batch, _), _ in dataset.as_numpy_iterator()]
    rest = [batch.tolist() for (batch, _), _ in dataset.skip(7).as_numpy_iterator()]
    assert rest == batches[7:]
    assert len(rest) == 3 * 5 - 7


def test_the_order_does_not_depend_on_the_size_of_the_batches(reader: Reader) -> None:
    assert keys(reader.shuffled(7, seed=1, epochs=2, window=8)) == keys(
        reader.shuffled(4, seed=1, epochs=2, window=8)
    )


@pytest.mark.parametrize("threads", [1, 16])
def test_the_order_does_not_depend_on_the_number_of_threads(
    reader: Reader, tensorflow: ModuleType, threads: int
) -> None:
    options = tensorflow.data.Options()
    options.threading.private_threadpool_size = threads
    dataset = reader.shuffled(4, seed=1, epochs=2, window=8, augment=_augment(tensorflow))
    expected, found = (list(d.as_numpy_iterator()) for d in (dataset, dataset.with_options(options)))
    for (one, _), (two, _) in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one[0], two[0])
        np.testing.assert_array_equal(one[1], two[1])


def test_an_example_that_takes_long_is_not_overtaken(
    make_reader: Callable[..., Reader], reader: Reader, tensorflow: ModuleType
) -> None:
    def decode(features: Any) -> Any:
        def wait(label: Any) -> Any:
            time.sleep(0.02 if label.numpy() == 0 else 0)
            return label

        label = tensorflow.py_function(wait, [features["label"]], tensorflow.int64)
        return (features["key"], features["weight"]), label

    slow = make_reader(decode=decode)
    assert epochs(slow, 1, 2) == epochs(reader, 1, 2)
    assert keys(slow.in_order(4)) == keys(reader.in_order(4))


def test_every_window_is_shuffled_otherwise(make_reader: Callable[..., Reader]) -> None:
    reader = make_reader(per_shard=100)
    place = {key: number for number, key in enumerate(keys(reader.in_order(4)))}
    [epoch] = epochs(reader, 1, 1, window=6)
    windows = [[place[key] for key in epoch[start : start + 6]] for start in (0, 6, 12)]
    assert [sorted(window) for window in windows] == [[*range(6)], [*range(6, 12)], [*range(12, 18)]]
    assert len({tuple(number % 6 for number in window) for window in windows}) == 3


def test_the_examples_of_a_shard_do_not_stay_together(reader: Reader) -> None:
    in_order = keys(reader.in_order(4))
    shard = {key: place // 4 for place, key in enumerate(in_order)}
    for epoch in epochs(reader, 1, 3):
        assert len({shard[key] for key in epoch[:8]}) > 2


def test_a_pass_with_a_limit_takes_so_many_examples_in_each_epoch(reader: Reader) -> None:
    limited = epochs(reader, 1, 2, limit=5)
    assert [len(epoch) for epoch in limited] == [5, 5]
    assert [epoch[:5] for epoch in epochs(reader, 1, 2)] == limited


def _augment(tensorflow: ModuleType) -> Callable[[Any, Any], Any]:
    def augment(inputs: Any, seed: Any) -> Any:
        key, _ = inputs
        return key, tensorflow.random.stateless_uniform((), seed)

    return augment


def noise(reader: Reader, tensorflow: ModuleType, **options: Any) -> list[tuple[str, float]]:
    """The key of each example and what its augmentation has drawn, as they come."""
    how = {"batch_size": 4, "seed": 1, "epochs": 1, "window": 8, "augment": _augment(tensorflow)} | options
    dataset = reader.shuffled(**how)
    return [
        (key.decode(), float(number))
        for (batch, numbers), _ in dataset.as_numpy_iterator()
        for key, number in zip(batch, numbers, strict=True)
    ]


@pytest.mark.parametrize(
    "options",
    [{"batch_size": 7}, {"window": 3}, {"window": 100}, {"epochs": 2}],
    ids=str,
)
def test_the_augmentation_of_an_example_does_not_depend_on_what_comes_with_it(
    reader: Reader, tensorflow: ModuleType, options: dict[str, int]
) -> None:
    assert dict(noise(reader, tensorflow, **options)[:EXAMPLES]) == dict(noise(reader, tensorflow))


def test_the_augmentation_of_an_example_does_not_depend_on_the_size_of_the_shards(
    make_reader: Callable[..., Reader], reader: Reader, tensorflow: ModuleType
) -> None:
    assert dict(noise(make_reader(per_shard=7), tensorflow)) == dict(noise(reader, tensorflow))


def test_every_example_of_every_epoch_is_augmented_otherwise(reader: Reader, tensorflow: ModuleType) -> None:
    drawn = Counter(number for _, number in noise(reader, tensorflow, epochs=3))
    drawn += Counter(number for _, number in noise(reader, tensorflow, seed=2))
    assert len(drawn) == 4 * EXAMPLES


def test_without_augmentation_the_inputs_are_those_that_were_decoded(
    reader: Reader, examples: Callable[..., list[Example]]
) -> None:
    weights = {example.key: float(example.features["weight"]) for example in examples()}
    dataset = reader.shuffled(4, seed=1, epochs=1, window=8)
    for (batch, values), _ in dataset.as_numpy_iterator():
        assert [weights[key.decode()] for key in batch] == values.tolist()


@pytest.mark.parametrize(
    ("batch_size", "limit", "batches"), [(4, None, 5), (18, None, 1), (4, 8, 2), (4, 99, 5)]
)
def test_keras_is_told_how_many_batches_there_are(
    reader: Reader, batch_size: int, limit: int | None, batches: int
) -> None:
    assert reader.batches(batch_size, limit) == batches
    dataset = reader.shuffled(batch_size, seed=1, epochs=3, window=8, limit=limit)
    assert int(dataset.cardinality()) == 3 * batches == sum(1 for _ in dataset)
    in_order = reader.in_order(batch_size, limit)
    assert int(in_order.cardinality()) == batches == sum(1 for _ in in_order)


def test_a_last_batch_of_an_epoch_holds_none_of_the_next_epoch(reader: Reader) -> None:
    sizes = [len(labels) for _, labels in reader.shuffled(4, seed=1, epochs=2, window=8).as_numpy_iterator()]
    assert sizes == [4, 4, 4, 4, 2] * 2
