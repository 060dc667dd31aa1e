"""The data-prep stage: examples to split, shuffled, digested TFRecord shards."""

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from samebits import digests
from samebits.config import Data
from samebits.data import manifest as manifests
from samebits.data import order, shards, split
from samebits.data.examples import Example, collect, content_digest, schema
from samebits.data.manifest import Feature, Manifest, Shard, SplitContent
from samebits.errors import UsageError
from samebits.files import building, locked, write_json
from samebits.seeds import derive

_WRITERS = ("numpy", "protobuf", "scikit-learn")


def prepare(
    examples: Iterable[Example], settings: Data, folder: Path, *, replace: bool = False
) -> tuple[Manifest, bool]:
    """Write the prepared data set, or check the one that is there.

    A data set of the same settings and examples is verified and left alone.

    Args:
        examples: all examples, in any order.
        settings: the `[data]` table.
        folder: where the data set goes; it appears there whole or not at all.
        replace: make it anew even if there is one.

    Returns:
        the manifest, and whether the data set was written.

    Raises:
        UsageError: the examples are wrong, or the data set that is there is another one or damaged.
    """
    ordered = collect(examples, settings.classes)
    with locked(folder.parent):
        return _prepare(ordered, settings, folder, replace=replace)


def _prepare(
    ordered: Sequence[Example], settings: Data, folder: Path, *, replace: bool
) -> tuple[Manifest, bool]:
    if folder.exists():
        _require_data_set(folder)
    if (folder / manifests.FILE).is_file() and not replace:
        present = manifests.read(folder)
        manifests.verify(folder, present)
        _same(present, settings, content_digest(ordered), folder)
        return present, False
    splits = split.stratified(ordered, settings.split, settings.seed)
    pairs = _checked_duplicates(splits, settings)
    place = {example.key: index for index, example in enumerate(ordered)}
    with building(folder) as temporary:
        contents = {
            name: _write_split(name, members, place, settings, temporary) for name, members in splits.items()
        }
        manifest = Manifest(
            data=settings,
            source=content_digest(ordered),
            examples=len(ordered),
            features={
                name: Feature(dtype=dtype, shape=shape) for name, (dtype, shape) in schema(ordered[0]).items()
            },
            splits=contents,
            duplicates=pairs,
            made_with={name: version(name) for name in _WRITERS},
        )
        write_json(temporary / manifests.FILE, manifest.as_json())
    return manifest, True


def _require_data_set(folder: Path) -> None:
    """Refuse a folder that `prepare` has not made, unless it is empty."""
    if not (folder / manifests.FILE).is_file() and any(folder.iterdir()):
        raise UsageError(f"{folder}: holds other files and no {manifests.FILE}. Move them away first.")


def _write_split(
    name: str, members: Sequence[Example], place: dict[str, int], settings: Data, folder: Path
) -> SplitContent:
    chunks = order.cut(
        order.shuffled(members, derive(settings.seed, "order", name)), settings.examples_per_shard
    )
    written = []
    for number, chunk in enumerate(chunks):
        path = folder / f"{name}-{number:05d}-of-{len(chunks):05d}.tfrecord"
        shards.write(path, ((place[example.key], example) for example in chunk))
        written.append(
            Shard(
                file=path.name,
                examples=len(chunk),
                bytes=path.stat().st_size,
                digest=digests.of_file(path),
            )
        )
    counts = Counter(example.label for example in members)
    return SplitContent(
        examples=len(members),
        classes={label: counts[index] for index, label in enumerate(settings.classes)},
        digest=content_digest(members),
        shards=written,
    )


def _checked_duplicates(splits: dict[str, list[Example]], settings: Data) -> list[list[str]]:
    pairs = split.duplicates(splits)
    if pairs and not settings.allow_duplicates:
        shown = [f"  {a.key} ({s}) = {b.key} ({t})" for a, s, b, t in pairs[:10]]
        if len(pairs) > len(shown):
            shown.append(f"  … and {len(pairs) - len(shown)} more")
        raise UsageError(
            "examples with the same features stand in different splits, so the test would leak:\n"
            + "\n".join(shown)
            + "\nRemove the duplicates, or set allow_duplicates = true in [data]."
        )
    return sorted([a.key, b.key] for a, _, b, _ in pairs)


def _same(present: Manifest, settings: Data, source: str, folder: Path) -> None:
    changed = present.changes(settings)
    if not changed and present.source != source:
        changed = ["the examples themselves have changed"]
    if changed:
        raise UsageError(
            f"{folder} was made otherwise: {'; '.join(changed)}. "
            "Make it anew with `prepare --replace`, or change [data] back."
        )
