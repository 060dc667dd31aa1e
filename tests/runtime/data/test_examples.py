"""Examples as the experiment yields them: what is refused, and what their digests stand for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samebits.data.examples import Example, collect, content_digest, schema
from samebits.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSES = ["ant", "bee", "cat"]


def one(key: Any = "a", label: Any = 0, **features: Any) -> Example:
    return Example(key=key, features=features or {"image": np.zeros(2, np.uint8)}, label=label)


@given(order=st.permutations(range(9)))
def test_the_order_in_which_examples_come_does_not_matter(
    order: list[int], examples: Callable[..., list[Example]]
) -> None:
    sorted_ = examples(9)
    shuffled = [sorted_[place] for place in order]
    assert [example.key for example in collect(shuffled, CLASSES)] == [example.key for example in sorted_]
    assert content_digest(shuffled) == content_digest(sorted_)


def _refusal(examples: Any, classes: list[str] | None = None) -> str:
    with pytest.raises(UsageError) as error:
        collect(examples, classes or CLASSES)
    return str(error.value)


@pytest.mark.parametrize("label", [3, -1, 1000])
def test_a_label_without_a_class_is_refused(examples: Callable[..., list[Example]], label: int) -> None:
    told = _refusal([*examples(9), Example("zebra", examples(1)[0].features, label)])
    assert f"zebra: label {label} has no class; [data] classes has 3" in told


@pytest.mark.parametrize("label", [1.5, 1.0, np.float32(1), "1", None])
def test_a_label_that_is_no_whole_number_is_refused_and_not_rounded(label: Any) -> None:
    with pytest.raises(UsageError, match=r"zebra: label .* is not an integer"):
        one("zebra", label)


@pytest.mark.parametrize("label", [1, np.int64(1), np.uint8(1), np.array(1), True])
def test_a_label_may_come_from_an_array(label: Any) -> None:
    example = one(label=label)
    assert example.label == 1
    assert type(example.label) is int


def test_a_key_that_comes_twice_is_refused(examples: Callable[..., list[Example]]) -> None:
    assert "the key 'example-003' comes twice" in _refusal([*examples(9), examples(9)[3]])


@pytest.mark.parametrize("key", [3, Path("a.png"), None, b"a"])
def test_a_key_that_is_no_text_is_refused(key: Any) -> None:
    with pytest.raises(UsageError, match="is not a string"):
        one(key)


def test_a_class_without_an_example_is_refused(examples: Callable[..., list[Example]]) -> None:
    told = _refusal(examples(9), [*CLASSES, "dog", "eel"])
    assert "class 'dog' has no example" in told
    assert "class 'eel' has no example" in told


@pytest.mark.parametrize(
    "features",
    [
        {"image": np.zeros((2, 2), np.int8), "weight": np.float32(0)},
        {"image": np.zeros((2, 3), np.uint8), "weight": np.float32(0)},
        {"image": np.zeros((2, 2), np.uint8)},
        {"image": np.zeros((2, 2), np.uint8), "weight": np.float32(0), "more": np.float32(0)},
    ],
    ids=["dtype", "shape", "missing", "more"],
)
def test_features_that_change_between_examples_are_refused(
    examples: Callable[..., list[Example]], features: dict[str, Any]
) -> None:
    told = _refusal([*examples(9), Example("zebra", features, 0)])
    assert "zebra: features " in told
    assert "differ from those of example-000" in told


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.array([1.0, np.nan]), "feature 'x' has values that are not finite"),
        (np.array([-np.inf], np.float16), "feature 'x' has values that are not finite"),
        (np.array(["text"]), "feature 'x' has dtype <U4, not one of bool, uint8"),
        (np.array([None]), "feature 'x' has dtype object"),
        (np.zeros(1, np.complex64), "feature 'x' has dtype complex64"),
        (np.zeros(1, np.uint32), "feature 'x' has dtype uint32"),
    ],
)
def test_a_feature_that_a_record_cannot_hold_is_refused(array: Any, told: str) -> None:
    assert f"b: {told}" in _refusal([one("b", x=array)], ["ant"])


@pytest.mark.parametrize("name", ["key", "index", "label"])
def test_a_feature_cannot_take_the_name_of_a_field_of_every_record(name: str) -> None:
    assert f"b: {name!r} is a name that every record has" in _refusal(
        [Example("b", {name: np.zeros(1)}, 0)], ["ant"]
    )


def test_no_example_at_all_is_refused() -> None:
    assert "yields nothing" in _refusal([])


def test_anything_else_than_an_example_is_refused_by_its_type(examples: Callable[..., list[Example]]) -> None:
    assert "yields a tuple" in _refusal([*examples(3), ("key", {}, 0)])


def test_of_many_problems_the_first_twenty_are_told_and_the_rest_counted() -> None:
    told = _refusal([one(f"{number:02d}", 9) for number in range(30)], ["ant"]).splitlines()
    assert len(told) == 1 + 20 + 1
    assert told[-1] == "  … and 11 more"  # the class has no example either


def test_an_example_stays_as_it_is_when_its_buffer_is_used_for_the_next_one() -> None:
    buffer = np.zeros(2, np.uint8)
    first = one("a", image=buffer)
    buffer[:] = 255
    second = one("b", image=buffer)
    assert first.features["image"].tolist() == [0, 0]
    assert first.content != second.content


def test_the_content_is_that_of_the_features_alone() -> None:
    assert one("a", 0).content == one("b", 1).content
    assert one("a", x=np.zeros(2)).content != one("a", y=np.zeros(2)).content
    x, y = np.zeros(1), np.ones(1)
    assert one("a", x=x, y=y).content == one("a", y=y, x=x).content != one("a", x=y, y=x).content


def test_the_digest_of_a_set_changes_with_key_label_and_features() -> None:
    sets = [
        [one("a")],
        [one("b")],
        [one("a", 1)],
        [one("a", image=np.ones(2, np.uint8))],
        [one("a"), one("b")],
    ]
    assert len({content_digest(examples) for examples in sets}) == len(sets)


def test_the_schema_tells_dtype_and_shape_whatever_the_byte_order() -> None:
    big, little = (one(image=np.zeros((2, 3), dtype)) for dtype in (">f4", "<f4"))
    assert schema(big) == schema(little) == {"image": ("float32", [2, 3])}
    assert big.content == little.content
