"""Digests: equal for equal content, however it lies in memory, and different for any other."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from samebits import digests

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

NUMBERS = ["bool", "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float32", "float64"]
ARRAYS = st.sampled_from(NUMBERS).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)


def test_the_digest_of_an_array_is_a_plain_sha256_that_others_can_compute() -> None:
    array = np.array([[1, 2, 3], [4, 5, 6]], np.int16)
    content = b"int16[2, 3]" + bytes([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0])
    assert digests.of_array(array) == "sha256:" + hashlib.sha256(content).hexdigest()


@given(ARRAYS)
def test_an_array_has_one_digest_in_any_byte_order_and_any_layout(array: NDArray[Any]) -> None:
    expected = digests.of_array(array)
    assert digests.of_array(array.astype(array.dtype.newbyteorder(">"))) == expected
    assert digests.of_array(np.asfortranarray(array).reshape(array.shape)) == expected
    strided = np.repeat(array[np.newaxis], 2, axis=0).T.copy().T[0]
    assert digests.of_array(strided.reshape(array.shape)) == expected


@given(ARRAYS, st.data())
def test_one_other_bit_gives_another_digest(array: NDArray[Any], data: st.DataObject) -> None:
    assume(array.nbytes)
    content = bytearray(array.tobytes())
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    other = np.frombuffer(bytes(content), array.dtype).reshape(array.shape)
    assert digests.of_array(other) != digests.of_array(array)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.zeros(4, np.float32), np.zeros(4, np.int32)),
        (np.zeros(4, np.float32), np.zeros((2, 2), np.float32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.zeros((), np.int64), np.zeros(1, np.int64)),
        (np.array(0.0), np.array(-0.0)),
        (np.zeros(0, np.int8), np.zeros(0, np.uint8)),
    ],
)
def test_equal_bytes_of_another_dtype_or_shape_have_another_digest(
    one: NDArray[Any], other: NDArray[Any]
) -> None:
    assert digests.of_array(one) != digests.of_array(other)


def test_named_arrays_are_told_apart_by_their_names() -> None:
    zeros, ones = np.zeros(2), np.ones(2)
    found = {
        digests.of_arrays(arrays)
        for arrays in ({"a": zeros}, {"b": zeros}, {"a": zeros, "b": ones}, {"a": ones, "b": zeros})
    }
    assert len(found) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), JSON, min_size=2, max_size=5))
def test_the_digest_of_json_is_the_same_whatever_the_order_of_keys(table: dict[str, Any]) -> None:
    assert digests.of_json(dict(reversed(table.items()))) == digests.of_json(table)


def test_the_digest_of_json_tells_values_of_other_types_apart() -> None:
    values: list[Any] = [1, 1.0, "1", True, None, [1], {"1": 1}, {}, []]
    assert len({digests.of_json(value) for value in values}) == len(values)


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\x00\r\n" * 100_000)
    assert digests.of_file(path) == digests.of_bytes(path.read_bytes())


def test_a_folder_of_code_has_another_digest_after_any_change_of_it(tmp_path: Path) -> None:
    def tree() -> str:
        return digests.of_tree(tmp_path / "code")

    (tmp_path / "code" / "layers").mkdir(parents=True)
    (tmp_path / "code" / "model.py").write_text("units = 1\n")
    (tmp_path / "code" / "layers" / "dense.py").write_text("")
    found = [tree()]
    (tmp_path / "code" / "model.py").write_text("units = 2\n")
    found.append(tree())
    (tmp_path / "code" / "model.py").rename(tmp_path / "code" / "models.py")
    found.append(tree())
    (tmp_path / "code" / "layers" / "dense.py").rename(tmp_path / "code" / "dense.py")
    found.append(tree())
    assert len(set(found)) == 4


def test_byte_code_and_notes_beside_the_code_do_not_change_its_digest(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("units = 1\n")
    before = digests.of_tree(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "model.cpython-313.pyc").write_bytes(b"\x00")
    (tmp_path / "notes.txt").write_text("later\n")
    assert digests.of_tree(tmp_path) == before
