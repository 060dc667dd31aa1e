"""The order of examples inside the shards."""

import hashlib
from collections.abc import Iterable

from samebits.data.examples import Example


def shuffled(examples: Iterable[Example], seed: int) -> list[Example]:
    """The examples in a random order: sorted by SHA-256 of the seed and the key.

    It depends on no generator of any library, only on the seed and on each key by itself: an example
    that is added comes in between and moves no others.
    """
    return sorted(examples, key=lambda example: hashlib.sha256(f"{seed}/{example.key}".encode()).digest())


def cut(examples: list[Example], per_shard: int) -> list[list[Example]]:
    """The examples cut into shards of equal size, the last one perhaps smaller."""
    return [examples[start : start + per_shard] for start in range(0, len(examples), per_shard)]
