"""Examples as the experiment yields them, checked as a whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samebits import digests
from samebits.errors import UsageError

_RESERVED = ("key", "index", "label")
# What tf.io.decode_raw can read.
_DTYPES = ["bool", "uint8", "int8", "uint16", "int16", "int32", "int64", "float16", "float32", "float64"]


@dataclass(frozen=True)
class Example:
    """One example of the raw data.

    Attributes:
        key: what names it, different for every example and the same in every run (a file's path, an ID).
        features: arrays by name; each name has the same dtype and shape in all examples.
        label: the index of its class in `[data] classes`.
    """

    key: str
    features: Mapping[str, NDArray[Any]]
    label: int
    content: str = field(init=False)
    """The digest of the features alone: two examples with the same content are duplicates."""

    def __post_init__(self) -> None:
        """Take over what was given, as copies: a reader may use its buffer again for the next example.

        Raises:
            UsageError: the key is not a string, or the label not an integer.
        """
        if not isinstance(self.key, str):
            raise UsageError(f"prepare.py: the key {self.key!r} of an example is not a string; make it one.")
        try:
            label = index(self.label)
        except TypeError:
            raise UsageError(
                f"prepare.py: {self.key}: label {self.label!r} is not an integer; let it be the index of "
                "its class in [data] classes."
            ) from None
        arrays = {name: np.array(self.features[name]) for name in sorted(self.features)}
        object.__setattr__(self, "features", arrays)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "content", digests.of_arrays(arrays))

    @property
    def digest(self) -> str:
        """The digest of everything in the example."""
        return digests.of_strings([self.key, str(self.label), self.content])


def collect(examples: Iterable[Example], classes: Sequence[str]) -> list[Example]:
    """All examples in the order of their keys, so that the order in which they came does not matter.

    Raises:
        UsageError: there are none, a key comes twice, a label has no class, a class has no example, or
            features differ in name, dtype or shape from those of the first example.
    """
    ordered = sorted(_each_an_example(examples), key=lambda example: example.key)
    if not ordered:
        raise UsageError(
            "prepare.py: examples() yields nothing. Let it yield one Example per record of the raw data."
        )
    first = ordered[0]
    problems = [problem for example in ordered for problem in _problems(example, first, classes)]
    for before, after in pairwise(ordered):
        if before.key == after.key:
            problems.append(f"the key {after.key!r} comes twice; every example needs a key of its own")
    empty = sorted(set(range(len(classes))) - {example.label for example in ordered})
    problems += [f"class {classes[label]!r} has no example; remove it from [data] classes" for label in empty]
    if problems:
        shown = [f"  {problem}" for problem in problems[:20]]
        if len(problems) > len(shown):
            shown.append(f"  … and {len(problems) - len(shown)} more")
        raise UsageError("\n".join(["prepare.py: examples() yields wrong examples:", *shown]))
    return ordered


def content_digest(examples: Iterable[Example]) -> str:
    """The digest of a set of examples, whatever their order."""
    return digests.of_strings(sorted(example.digest for example in examples))


def schema(example: Example) -> dict[str, tuple[str, list[int]]]:
    """The dtype and the shape of each feature, by name."""
    return {name: (array.dtype.name, list(array.shape)) for name, array in example.features.items()}


def _each_an_example(examples: Iterable[Example]) -> Iterable[Example]:
    for example in examples:
        if not isinstance(example, Example):
            raise UsageError(
                f"prepare.py: examples() yields a {type(example).__name__}; let it yield samebits.Example."
            )
        yield example


def _problems(example: Example, first: Example, classes: Sequence[str]) -> Iterable[str]:
    if not 0 <= example.label < len(classes):
        yield f"{example.key}: label {example.label} has no class; [data] classes has {len(classes)}"
    if schema(example) != schema(first):
        yield f"{example.key}: features {schema(example)} differ from those of {first.key}, {schema(first)}"
    for name, array in example.features.items():
        if name in _RESERVED:
            yield f"{example.key}: {name!r} is a name that every record has; call the feature otherwise"
        if array.dtype.name not in _DTYPES:
            yield f"{example.key}: feature {name!r} has dtype {array.dtype}, not one of {', '.join(_DTYPES)}"
        elif array.dtype.kind == "f" and not np.isfinite(array).all():
            yield f"{example.key}: feature {name!r} has values that are not finite"
