"""The manifest: what damage it finds, and what its digest stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from samebits import digests
from samebits.data import manifest as manifests
from samebits.data.manifest import Feature, Manifest, Shard, SplitContent
from samebits.errors import UsageError
from samebits.files import write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.config import Data

CONTENT = {"train-0.tfrecord": b"a" * 9, "train-1.tfrecord": b"b" * 5, "test-0.tfrecord": b"c" * 7}


@pytest.fixture
def manifest(settings: Callable[..., Data]) -> Manifest:
    def content(split: str) -> SplitContent:
        shards = [
            Shard(file=name, examples=1, bytes=len(data), digest=digests.of_bytes(data))
            for name, data in CONTENT.items()
            if name.startswith(split)
        ]
        return SplitContent(examples=len(shards), classes={"ant": 1}, digest="sha256:01", shards=shards)

    return Manifest(
        data=settings(),
        source="sha256:02",
        examples=3,
        features={"image": Feature(dtype="uint8", shape=[2, 2])},
        splits={"train": content("train"), "test": content("test")},
        duplicates=[],
        made_with={"numpy": "2.4.6"},
    )


@pytest.fixture
def folder(manifest: Manifest, tmp_path: Path) -> Path:
    path = tmp_path / "prepared"
    path.mkdir()
    for name, data in CONTENT.items():
        (path / name).write_bytes(data)
    write_json(path / manifests.FILE, manifest.as_json())
    return path


def test_a_manifest_reads_back_as_it_was_written(folder: Path, manifest: Manifest) -> None:
    assert manifests.read(folder) == manifest
    assert manifests.read(folder).digest == manifest.digest


def test_data_that_is_as_it_was_written_is_accepted(folder: Path, manifest: Manifest) -> None:
    manifests.verify(folder, manifest)


def _refusal(folder: Path, manifest: Manifest) -> str:
    with pytest.raises(UsageError) as error:
        manifests.verify(folder, manifest)
    assert "prepare --replace" in str(error.value)
    return str(error.value)


def test_one_changed_bit_in_a_shard_is_found_and_the_shard_named(folder: Path, manifest: Manifest) -> None:
    path = folder / "train-1.tfrecord"
    path.write_bytes(b"bbcbb")
    assert f"{path}: changed, its digest is not the one in manifest.json" in _refusal(folder, manifest)


def test_a_shard_cut_short_is_found_and_the_shard_named(folder: Path, manifest: Manifest) -> None:
    path = folder / "test-0.tfrecord"
    path.write_bytes(b"ccc")
    assert f"{path}: 3 bytes instead of 7" in _refusal(folder, manifest)


def test_a_shard_that_is_missing_is_found_and_named(folder: Path, manifest: Manifest) -> None:
    path = folder / "train-0.tfrecord"
    path.unlink()
    assert f"{path}: missing" in _refusal(folder, manifest)


def test_two_shards_that_changed_places_are_both_named(folder: Path, manifest: Manifest) -> None:
    (folder / "train-0.tfrecord").write_bytes(CONTENT["train-1.tfrecord"])
    (folder / "train-1.tfrecord").write_bytes(CONTENT["train-0.tfrecord"])
    told = _refusal(folder, manifest)
    assert "train-0.tfrecord" in told
    assert "train-1.tfrecord" in told
    assert "test-0.tfrecord" not in told


def test_data_that_was_never_prepared_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"manifest\.json: not found\. Run `prepare` first"):
        manifests.read(tmp_path)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda _: "", "the file"),
        (lambda _: "{", "the file"),
        (lambda _: "[]", "the file"),
        (lambda text: text[: len(text) // 2], "the file"),
        (lambda text: text.replace('"examples": 3', '"examples": "3"'), "examples"),
        (lambda text: text.replace('"source"', '"sauce"'), "source"),
        (lambda text: text.replace('"bytes": 9', '"bytes": null'), "splits.train.shards.0.bytes"),
    ],
)
def test_a_damaged_manifest_is_refused_by_the_place_of_the_damage(
    folder: Path, change: Callable[[str], str], place: str
) -> None:
    path = folder / manifests.FILE
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(UsageError, match="prepare --replace") as error:
        manifests.read(folder)
    assert str(error.value).startswith(f"{path}: damaged ({place}: ")


def test_the_digest_does_not_depend_on_the_versions_that_wrote_the_data(manifest: Manifest) -> None:
    assert manifest.model_copy(update={"made_with": {"numpy": "3.0"}}).digest == manifest.digest


def test_the_digest_changes_with_everything_else(manifest: Manifest, settings: Callable[..., Data]) -> None:
    changes: dict[str, Any] = {
        "format": 2,
        "data": settings(seed=8),
        "source": "sha256:03",
        "examples": 4,
        "features": {"image": Feature(dtype="uint8", shape=[4])},
        "splits": {"train": manifest.splits["train"]},
        "duplicates": [["a", "b"]],
    }
    assert changes.keys() == Manifest.model_fields.keys() - {"made_with"}
    found = {manifest.model_copy(update={field: value}).digest for field, value in changes.items()}
    assert len(found | {manifest.digest}) == len(changes) + 1


def test_a_manifest_holds_no_path_and_no_time(folder: Path) -> None:
    text = (folder / manifests.FILE).read_text(encoding="utf-8")
    assert str(folder.parent) not in text
    assert not {"time", "date", "created", "host"} & set(json.loads(text))
