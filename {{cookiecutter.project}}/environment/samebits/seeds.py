"""Seeds for every use, derived from the one seed of the experiment."""

import hashlib

MAX_SEED = 2**32 - 1  # the largest that numpy.random.seed takes


def derive(seed: int, *purpose: str | int) -> int:
    """A seed for one purpose: the first 32 bits of SHA-256 over the seed and the purpose's words.

    Purposes are independent of each other, and the value depends on no library's generator, so it is
    the same in all versions of Python and NumPy.

    Returns:
        an integer in 0…2³²−1.
    """
    return int.from_bytes(_digest(seed, purpose)[:4], "big")


def derive_pair(seed: int, *purpose: str | int) -> tuple[int, int]:
    """A seed for TensorFlow's stateless ops: two signed 32-bit integers."""
    digest = _digest(seed, purpose)
    return (
        int.from_bytes(digest[:4], "big", signed=True),
        int.from_bytes(digest[4:8], "big", signed=True),
    )


def _digest(seed: int, purpose: tuple[str | int, ...]) -> bytes:
    return hashlib.sha256(repr((seed, *purpose)).encode()).digest()
