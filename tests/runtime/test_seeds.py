"""Seeds for every use from the one seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from samebits import seeds

SEEDS = st.integers(0, 2**32 - 1)
PURPOSES = st.lists(st.one_of(st.text(max_size=8), st.integers()), max_size=3).map(tuple)


def test_derived_seeds_are_the_same_in_every_version_of_samebits() -> None:
    # From sha256sum of (42, 'order', 'train') and (42, 'order'). A change would change every experiment.
    assert seeds.derive(42, "order", "train") == 0x381CA1AC
    assert seeds.derive_pair(42, "order") == (0x6C04B6D9, 0x2639297E)


@given(SEEDS, PURPOSES)
def test_a_derived_seed_is_one_that_every_library_takes(seed: int, purpose: tuple[str | int, ...]) -> None:
    assert 0 <= seeds.derive(seed, *purpose) <= 2**32 - 1
    assert all(-(2**31) <= number < 2**31 for number in seeds.derive_pair(seed, *purpose))


@given(st.lists(st.tuples(SEEDS, PURPOSES), min_size=2, max_size=30, unique_by=repr))
def test_other_seeds_and_other_purposes_derive_other_seeds(
    uses: list[tuple[int, tuple[str | int, ...]]],
) -> None:
    # 64 bits: a collision among so few would be a bug and no chance.
    assert len({seeds.derive_pair(seed, *purpose) for seed, purpose in uses}) == len(uses)


def test_words_of_a_purpose_do_not_run_together() -> None:
    derived = [
        seeds.derive(1, *purpose)
        for purpose in (("ab",), ("a", "b"), ("a, b",), ("a", "b", ""), (12,), (1, 2), ("12",))
    ]
    assert len(set(derived)) == len(derived)
