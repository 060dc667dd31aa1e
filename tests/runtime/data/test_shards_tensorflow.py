"""TFRecord shards: what is written is what is read, and the bytes are the same in every process."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from samebits import digests
from samebits.data import examples as examples_
from samebits.data.examples import Example, schema
from samebits.data.manifest import Feature, Manifest, Shard, SplitContent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from samebits.config import Data


@pytest.fixture(scope="module")
def shards(tensorflow: ModuleType) -> ModuleType:
    del tensorflow
    from samebits.data import shards

    return shards


@pytest.fixture(scope="module")
def read(
    settings: Callable[..., Data], tensorflow: ModuleType
) -> Callable[[Path, Example], list[dict[str, Any]]]:
    """Read a shard as the pipeline does, its features being those of an example."""
    del tensorflow
    from samebits.data.pipeline import Reader

    def run(path: Path, first: Example) -> list[dict[str, Any]]:
        shard = Shard(file=path.name, examples=1, bytes=0, digest="")
        content = SplitContent(examples=1, classes={}, digest="", shards=[shard])
        manifest = Manifest(
            data=settings(),
            source="",
            examples=1,
            features={
                name: Feature(dtype=dtype, shape=shape) for name, (dtype, shape) in schema(first).items()
            },
            splits={"train": content},
            duplicates=[],
            made_with={},
        )
        reader = Reader(path.parent, manifest, "train", lambda features: (features, features["label"]))
        return [
            {name: array[0] for name, array in features.items()}
            for features, _ in reader.in_order(1, limit=1).as_numpy_iterator()
        ]

    return run


FEATURES = st.sampled_from(sorted(examples_._DTYPES)).flatmap(  # noqa: SLF001 - each of them is a promise
    lambda dtype: npst.arrays(
        dtype,
        npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        elements={"allow_nan": False, "allow_infinity": False} if dtype.startswith("float") else None,
    )
)


@given(
    array=FEATURES, key=st.text(st.characters(codec="utf-8")), label=st.integers(0, 9), swapped=st.booleans()
)
@settings(max_examples=25)  # each builds a graph
def test_an_example_reads_back_to_the_bits_that_were_written(
    array: Any,
    key: str,
    label: int,
    swapped: bool,
    shards: ModuleType,
    read: Callable[[Path, Example], list[dict[str, Any]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    if swapped:
        array = array.astype(array.dtype.newbyteorder(">"))
    example = Example(key, {"x": array}, label)
    path = tmp_path_factory.mktemp("shards") / "train.tfrecord"
    shards.write(path, [(7, example)])
    [features] = read(path, example)
    assert features["key"].decode() == key
    assert (features["index"], features["label"]) == (7, label)
    assert digests.of_array(features["x"]) == digests.of_array(array)
    assert features["x"].dtype == array.dtype.newbyteorder("=")


def test_every_dtype_that_is_accepted_can_be_read(
    shards: ModuleType, read: Callable[[Path, Example], list[dict[str, Any]]], tmp_path: Path
) -> None:
    features = {dtype: np.array([0, 1], dtype) for dtype in examples_._DTYPES}  # noqa: SLF001
    example = Example("a", features, 0)
    shards.write(tmp_path / "all.tfrecord", [(0, example)])
    [found] = read(tmp_path / "all.tfrecord", example)
    for dtype, array in features.items():
        np.testing.assert_array_equal(found[dtype], array, strict=True)


def test_the_layout_in_memory_does_not_change_the_record(shards: ModuleType) -> None:
    array = np.arange(12, dtype=np.int32).reshape(3, 4)
    layouts = [array, np.asfortranarray(array), array.astype(">i4"), np.repeat(array, 2, axis=1)[:, ::2]]
    assert len({shards.serialize(0, Example("a", {"x": layout}, 1)) for layout in layouts}) == 1


WRITE = """\
import sys, numpy as np
from pathlib import Path
from samebits.data import shards
from samebits.data.examples import Example

names = ["image", "weight", "mask", "a", "zz", "b" * 30]
examples = [Example(f"key-{i}", {name: np.full(3, i, np.int16) for name in set(names)}, i) for i in range(5)]
shards.write(Path(sys.argv[1]), enumerate(examples))
"""


@pytest.mark.usefixtures("tensorflow")
def test_the_bytes_of_a_shard_are_the_same_in_every_process(
    environment: Path, packages: Path, tmp_path: Path
) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, tmp_path / f"{seed}.tfrecord"],
            env={
                "PYTHONPATH": f"{environment}:{packages}",
                "PYTHONHASHSEED": seed,
                "TF_CPP_MIN_LOG_LEVEL": "1",
            },
        )
        for seed in ("1", "2")
    ]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    one, two = ((tmp_path / f"{seed}.tfrecord").read_bytes() for seed in ("1", "2"))
    assert one == two
    assert len(one) > 500


def test_a_shard_that_cannot_be_written_is_named(shards: ModuleType, tmp_path: Path) -> None:
    example = Example("a", {"x": np.zeros(1)}, 0)
    with pytest.raises(OSError, match=r"train\.tfrecord"):
        shards.write(tmp_path / "missing" / "train.tfrecord", [(0, example)])
