"""The order of examples inside the shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from samebits.data import order
from samebits.data.examples import Example

if TYPE_CHECKING:
    from collections.abc import Callable

SEEDS = st.integers(0, 2**32 - 1)
KEYS = st.lists(st.text(st.characters(codec="utf-8"), max_size=6), unique=True, max_size=20)


def named(keys: list[str]) -> list[Example]:
    return [Example(key, {"x": np.zeros(1)}, 0) for key in keys]


def shuffled(keys: list[str], seed: int) -> list[str]:
    return [example.key for example in order.shuffled(named(keys), seed)]


@given(keys=KEYS, seed=SEEDS)
def test_the_order_is_a_permutation(keys: list[str], seed: int) -> None:
    assert sorted(shuffled(keys, seed)) == sorted(keys)


@given(keys=KEYS, seed=SEEDS, data=st.data())
def test_the_order_depends_on_seed_and_keys_and_not_on_how_the_examples_come(
    keys: list[str], seed: int, data: st.DataObject
) -> None:
    assert shuffled(data.draw(st.permutations(keys)), seed) == shuffled(keys, seed)


@given(keys=KEYS, added=st.text(st.characters(codec="utf-8"), max_size=6), seed=SEEDS)
def test_an_example_that_is_added_moves_no_others(keys: list[str], added: str, seed: int) -> None:
    more = shuffled([*keys, *({added} - set(keys))], seed)
    assert [key for key in more if key in keys] == shuffled(keys, seed)


def test_the_order_of_a_key_is_that_of_its_sha256() -> None:
    # From sha256sum of 1/a to 1/e: the order is the same in all versions of all libraries.
    assert shuffled(["a", "b", "c", "d", "e"], 1) == ["d", "e", "a", "b", "c"]


def test_features_and_labels_do_not_change_the_order(examples: Callable[..., list[Example]]) -> None:
    keys = [example.key for example in examples()]
    assert [example.key for example in order.shuffled(examples(), 1)] == shuffled(keys, 1)


def test_other_seeds_give_other_orders() -> None:
    keys = [str(number) for number in range(20)]
    assert len({tuple(shuffled(keys, seed)) for seed in range(50)}) == 50


@given(count=st.integers(0, 40), per_shard=st.integers(1, 50))
def test_the_shards_hold_every_example_once_and_all_but_the_last_are_full(count: int, per_shard: int) -> None:
    examples = named([str(number) for number in range(count)])
    chunks = order.cut(examples, per_shard)
    assert [example for chunk in chunks for example in chunk] == examples
    assert all(len(chunk) == per_shard for chunk in chunks[:-1])
    assert all(chunks)
