"""The data-prep stage: the same data set each time, and every change of it noticed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from samebits.data import manifest as manifests
from samebits.data.examples import Example, content_digest
from samebits.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from samebits.config import Data

    Prepare = Callable[..., tuple[manifests.Manifest, bool]]


@pytest.fixture(scope="module")
def prepare(tensorflow: ModuleType) -> Prepare:
    del tensorflow
    from samebits.data.prepare import prepare

    return prepare


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "prepared"


@pytest.fixture
def prepared(
    prepare: Prepare, examples: Callable[..., list[Example]], settings: Callable[..., Data], folder: Path
) -> manifests.Manifest:
    manifest, written = prepare(examples(), settings(), folder)
    assert written
    return manifest


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_folder_holds_the_shards_of_the_manifest_and_nothing_else(
    prepared: manifests.Manifest, folder: Path
) -> None:
    shards = [shard for split in prepared.splits.values() for shard in split.shards]
    assert set(content(folder)) == {manifests.FILE} | {shard.file for shard in shards}
    assert manifests.read(folder) == prepared
    manifests.verify(folder, prepared)
    assert list(folder.parent.iterdir()) == [folder]


def test_the_manifest_counts_what_is_there(
    prepared: manifests.Manifest, examples: Callable[..., list[Example]]
) -> None:
    assert prepared.examples == 30
    assert {name: split.examples for name, split in prepared.splits.items()} == {
        "train": 18,
        "validation": 6,
        "test": 6,
    }
    for split in prepared.splits.values():
        assert sum(shard.examples for shard in split.shards) == sum(split.classes.values()) == split.examples
        assert all(0 < shard.examples <= 4 for shard in split.shards)
    assert prepared.source == content_digest(examples())
    assert {name: (f.dtype, f.shape) for name, f in prepared.features.items()} == {
        "image": ("uint8", [2, 2]),
        "weight": ("float32", []),
    }


def test_the_records_hold_every_example_once_and_no_other(
    prepared: manifests.Manifest,
    folder: Path,
    examples: Callable[..., list[Example]],
) -> None:
    from samebits.data.pipeline import Reader

    found = []
    for name, split in prepared.splits.items():
        reader = Reader(folder, prepared, name, lambda features: (features, features["label"]))
        members = [
            Example(
                key=features["key"][0].decode(),
                features={name: features[name][0] for name in prepared.features},
                label=features["label"][0],
            )
            for features, _ in reader.in_order(1).as_numpy_iterator()
        ]
        assert content_digest(members) == split.digest
        found += members
    assert content_digest(found) == content_digest(examples())


def test_the_same_examples_give_the_same_bytes_in_whatever_order_they_come(
    prepare: Prepare,
    prepared: manifests.Manifest,
    folder: Path,
    tmp_path: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
) -> None:
    again, _ = prepare(reversed(examples()), settings(), tmp_path / "again")
    assert again == prepared
    assert content(tmp_path / "again") == content(folder)


def test_a_second_run_verifies_and_writes_nothing(
    prepare: Prepare,
    prepared: manifests.Manifest,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
) -> None:
    before = {path: path.stat() for path in (folder, *folder.iterdir())}
    assert prepare(examples(), settings(), folder) == (prepared, False)
    assert {path: path.stat() for path in (folder, *folder.iterdir())} == before


def test_replacing_makes_the_same_data_set_anew(
    prepare: Prepare,
    prepared: manifests.Manifest,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
) -> None:
    before, inode = content(folder), folder.stat().st_ino
    assert prepare(examples(), settings(), folder, replace=True) == (prepared, True)
    assert content(folder) == before
    assert folder.stat().st_ino != inode


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 8}, "seed was 7 and is 8"),
        ({"examples_per_shard": 5}, "examples_per_shard was 4 and is 5"),
        ({"split": {"train": 0.5, "validation": 0.25, "test": 0.25}}, "split was {'train': 0.6"),
        (
            {"classes": ["ant", "bee", "cow"]},
            "classes was ['ant', 'bee', 'cat'] and is ['ant', 'bee', 'cow']",
        ),
        ({"allow_duplicates": True}, "allow_duplicates was False and is True"),
    ],
)
@pytest.mark.usefixtures("prepared")
def test_other_settings_than_those_of_the_data_set_are_refused_and_named(
    prepare: Prepare,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    changes: dict[str, Any],
    told: str,
) -> None:
    before = content(folder)
    with pytest.raises(UsageError, match="prepare --replace") as error:
        prepare(examples(), settings(**changes), folder)
    assert told in str(error.value)
    assert content(folder) == before

    manifest, written = prepare(examples(), settings(**changes), folder, replace=True)
    assert written
    assert manifest.data == settings(**changes)
    assert content(folder) != before


def _changed(examples: list[Example], **changes: Any) -> list[Example]:
    first = examples[0]
    fields = {"key": first.key, "features": first.features, "label": first.label} | changes
    return [Example(**fields), *examples[1:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda examples: examples[:-1],
        lambda examples: _changed(examples, key="another"),
        lambda examples: _changed(examples, label=1),
        lambda examples: _changed(examples, features={**examples[0].features, "weight": np.float32(9)}),
    ],
    ids=["one less", "key", "label", "feature"],
)
@pytest.mark.usefixtures("prepared")
def test_other_examples_than_those_of_the_data_set_are_refused(
    prepare: Prepare,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    change: Callable[[list[Example]], list[Example]],
) -> None:
    with pytest.raises(UsageError, match="the examples themselves have changed"):
        prepare(change(examples()), settings(), folder)


@pytest.mark.parametrize("damage", ["changed", "truncated", "missing"])
def test_a_damaged_shard_is_named_and_replaced(
    prepare: Prepare,
    prepared: manifests.Manifest,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    damage: str,
) -> None:
    path = folder / prepared.splits["validation"].shards[0].file
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(whole[:-1] + (bytes([whole[-1] ^ 1]) if damage == "changed" else b""))
    with pytest.raises(UsageError, match="prepare --replace") as error:
        prepare(examples(), settings(), folder)
    assert str(path) in str(error.value)

    prepare(examples(), settings(), folder, replace=True)
    assert path.read_bytes() == whole


def test_an_empty_folder_is_filled(
    prepare: Prepare, folder: Path, examples: Callable[..., list[Example]], settings: Callable[..., Data]
) -> None:
    folder.mkdir(parents=True)
    manifest, written = prepare(examples(), settings(), folder)
    assert written
    manifests.verify(folder, manifest)


@pytest.mark.parametrize("replace", [False, True])
def test_a_folder_with_other_files_is_never_replaced(
    prepare: Prepare,
    folder: Path,
    examples: Callable[..., list[Example]],
    settings: Callable[..., Data],
    replace: bool,
) -> None:
    folder.mkdir(parents=True)
    (folder / "thesis.tex").touch()
    with pytest.raises(UsageError, match=r"holds other files and no manifest\.json\. Move them away first"):
        prepare(examples(), settings(), folder, replace=replace)
    assert (folder / "thesis.tex").exists()


def test_nothing_is_written_when_the_examples_are_wrong(
    prepare: Prepare, folder: Path, settings: Callable[..., Data]
) -> None:
    with pytest.raises(UsageError, match="yields nothing"):
        prepare([], settings(), folder)
    assert not folder.parent.exists()


@pytest.fixture
def with_twins(examples: Callable[..., list[Example]]) -> list[Example]:
    """Examples of which each comes three times under other keys, so that some cross the splits."""
    return [Example(f"{e.key}-{copy}", e.features, e.label) for e in examples(12) for copy in range(3)]


def test_equal_examples_in_different_splits_are_refused_by_their_keys(
    prepare: Prepare, folder: Path, with_twins: list[Example], settings: Callable[..., Data]
) -> None:
    with pytest.raises(UsageError, match="allow_duplicates = true") as error:
        prepare(with_twins, settings(), folder)
    first, second = str(error.value).splitlines()[1].strip().split(" = ")
    assert first.startswith("example-")
    assert first.split()[0][:-2] == second.split()[0][:-2]
    assert not folder.exists()


def test_equal_examples_are_listed_where_they_are_allowed(
    prepare: Prepare, folder: Path, with_twins: list[Example], settings: Callable[..., Data]
) -> None:
    manifest, _ = prepare(with_twins, settings(allow_duplicates=True), folder)
    assert manifest.duplicates == sorted(manifest.duplicates)
    assert manifest.duplicates
    assert all(one[:-2] == other[:-2] and one != other for one, other in manifest.duplicates)
    assert json.loads((folder / manifests.FILE).read_text())["duplicates"] == manifest.duplicates
