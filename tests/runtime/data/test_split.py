"""Which example belongs to which split."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from samebits.config import Split
from samebits.data import split
from samebits.data.examples import Example, collect
from samebits.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = st.integers(0, 2**32 - 1)
USUAL = Split(train=0.6, validation=0.2, test=0.2)


def shares(smallest: int) -> st.SearchStrategy[Split]:
    return st.tuples(*[st.integers(smallest, 60)] * 3).map(
        lambda parts: Split(**dict(zip(split.SPLITS, (part / sum(parts) for part in parts), strict=True)))
    )


def labels(smallest: int) -> st.SearchStrategy[list[int]]:
    """Labels of three classes, each with so many examples or more, in turn as far as they go."""
    counts = st.tuples(*[st.integers(smallest, 40)] * 3)
    return counts.map(
        lambda counts: [label for number in range(40) for label in range(3) if number < counts[label]]
    )


def labelled(labels: list[int]) -> list[Example]:
    return [Example(f"{number:03d}", {"x": np.array(number)}, label) for number, label in enumerate(labels)]


def keys(splits: dict[str, list[Example]]) -> dict[str, list[str]]:
    return {name: [example.key for example in members] for name, members in splits.items()}


@given(labels=labels(1), shares=shares(2), seed=SEEDS)
@example(labels=[0] * 43 + [1] * 7, shares=Split(train=0.7, validation=0.24, test=0.06), seed=1)
def test_every_example_is_in_one_split_and_every_class_in_every_split(
    labels: list[int], shares: Split, seed: int
) -> None:
    examples = labelled(labels)
    try:
        splits = split.stratified(examples, shares, seed)
    except UsageError as error:
        assert "cannot be made of" in str(error)  # noqa: PT017 - both outcomes are right
        return
    assert tuple(splits) == split.SPLITS
    assert sorted(key for members in keys(splits).values() for key in members) == [e.key for e in examples]
    for members in splits.values():
        assert {example.label for example in members} == set(labels)


@given(labels=labels(20), shares=shares(20), seed=SEEDS)
def test_every_class_has_its_share_of_every_split(labels: list[int], shares: Split, seed: int) -> None:
    splits = split.stratified(labelled(labels), shares, seed)
    for name, share in shares.model_dump().items():
        counts = Counter(example.label for example in splits[name])
        for label, count in Counter(labels).items():
            # Each of the two cuts rounds, by less than one example of a class and one of the whole.
            assert abs(counts[label] - share * count) < 2.5


@given(order=st.permutations(range(30)))
def test_the_split_is_the_same_in_whatever_order_the_examples_come(
    order: list[int], examples: Callable[..., list[Example]]
) -> None:
    all_ = examples()
    shuffled = collect([all_[place] for place in order], ["ant", "bee", "cat"])
    assert keys(split.stratified(shuffled, USUAL, 1)) == keys(split.stratified(all_, USUAL, 1))


def test_the_split_is_another_one_with_another_seed(examples: Callable[..., list[Example]]) -> None:
    found = [keys(split.stratified(examples(), USUAL, seed)) for seed in (1, 2, 1)]
    assert found[0] == found[2] != found[1]


def test_the_split_of_a_seed_is_the_same_in_every_version_of_the_environment(
    examples: Callable[..., list[Example]],
) -> None:
    """Another scikit-learn that splits otherwise would move test examples into the training data."""
    test = keys(split.stratified(examples(30), USUAL, 1))["test"]
    assert [key.removeprefix("example-") for key in test] == "015 007 013 026 012 008".split()


@pytest.mark.parametrize("labels", [[0, 0, 0, 0, 0, 1], [0, 1, 2], [0, 0, 0, 1, 1, 1, 1]])
def test_a_class_too_small_for_every_split_is_refused_with_what_to_do(labels: list[int]) -> None:
    with pytest.raises(UsageError, match=r"\[data\.split\].*every class in every split.*Add examples, or"):
        split.stratified(labelled(labels), USUAL, 1)


def twin(key: str, number: int) -> Example:
    return Example(key, {"x": np.array(number)}, 0)


def test_equal_examples_in_different_splits_are_found_as_pairs() -> None:
    splits = {
        "train": [twin("a", 1), twin("b", 2), twin("c", 3)],
        "validation": [twin("d", 1), twin("e", 4)],
        "test": [twin("f", 1), twin("g", 3)],
    }
    pairs = [(one.key, here, other.key, there) for one, here, other, there in split.duplicates(splits)]
    assert pairs == [
        ("a", "train", "d", "validation"),
        ("a", "train", "f", "test"),
        ("c", "train", "g", "test"),
    ]


def test_equal_examples_in_one_split_leak_nothing() -> None:
    assert split.duplicates({"train": [twin("a", 1), twin("b", 1)], "test": [twin("c", 2)]}) == []
