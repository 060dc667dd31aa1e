"""The manifest of a prepared data set: what is in it, with digests."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from samebits import digests
from samebits.config import Data, Settings
from samebits.errors import UsageError

FILE = "manifest.json"


class Shard(Settings):
    """One TFRecord file. `digest` is that of its bytes."""

    file: str
    examples: int
    bytes: int
    digest: str


class SplitContent(Settings):
    """One split. `digest` is that of the decoded examples, whatever their order; `classes` counts them."""

    examples: int
    classes: dict[str, int]
    digest: str
    shards: list[Shard]


class Feature(Settings):
    """How a feature is stored: raw little-endian bytes of this dtype and shape."""

    dtype: str
    shape: list[int]


class Manifest(Settings):
    """`manifest.json`. It holds no time and no path, so equal data sets have equal manifests.

    Attributes:
        data: the `[data]` table that it was made by.
        source: the digest of all decoded examples, and their number.
        features: how to read the records.
        duplicates: pairs of keys with equal features in different splits, if they are allowed.
        made_with: versions of the packages that wrote it.
    """

    format: int = 1
    data: Data
    source: str
    examples: int
    features: dict[str, Feature]
    splits: dict[str, SplitContent]
    duplicates: list[list[str]]
    made_with: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def changes(self, settings: Data) -> list[str]:
        """What differs in another `[data]` table from the one that this data was made by."""
        old, new = self.data.model_dump(), settings.model_dump()
        return [f"{key} was {old[key]!r} and is {new[key]!r}" for key in new if old[key] != new[key]]

    @property
    def digest(self) -> str:
        """The digest of everything in it that makes results differ: all but the versions it was made with."""
        return digests.of_json({k: v for k, v in self.as_json().items() if k != "made_with"})


def read(folder: Path) -> Manifest:
    """Read the manifest of a prepared data set.

    Raises:
        UsageError: it is missing or damaged.
    """
    path = folder / FILE
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path}: not found. Run `prepare` first.") from None
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"]) or "the file"
        raise UsageError(
            f"{path}: damaged ({place}: {problem['msg']}). Make the data anew with `prepare --replace`."
        ) from None


def verify(folder: Path, manifest: Manifest) -> None:
    """Check every shard against its digest.

    Raises:
        UsageError: naming each shard that is missing or changed.
    """
    problems = []
    for split in manifest.splits.values():
        for shard in split.shards:
            path = folder / shard.file
            if not path.is_file():
                problems.append(f"{path}: missing")
            elif path.stat().st_size != shard.bytes:
                problems.append(f"{path}: {path.stat().st_size} bytes instead of {shard.bytes}")
            elif digests.of_file(path) != shard.digest:
                problems.append(f"{path}: changed, its digest is not the one in {FILE}")
    if problems:
        raise UsageError(
            "the prepared data is not what `prepare` wrote:\n  "
            + "\n  ".join(problems)
            + "\nMake it anew with `prepare --replace`."
        )
