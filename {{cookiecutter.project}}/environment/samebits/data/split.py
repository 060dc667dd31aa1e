"""Which example belongs to training, validation or test."""

from collections import defaultdict
from collections.abc import Sequence

from sklearn.model_selection import train_test_split

from samebits.config import Split
from samebits.data.examples import Example
from samebits.errors import UsageError
from samebits.seeds import derive

SPLITS = ("train", "validation", "test")


def stratified(examples: Sequence[Example], shares: Split, seed: int) -> dict[str, list[Example]]:
    """Split examples at random, with the same shares of each class in all splits.

    The examples come in the order of their keys, so the result depends on the seed and on the set of
    examples alone. Source: sklearn.model_selection.train_test_split with a fixed random_state.

    Raises:
        UsageError: a class has too few examples to be in every split.
    """
    try:
        training, rest = train_test_split(
            list(examples),
            train_size=shares.train,
            stratify=[example.label for example in examples],
            random_state=derive(seed, "split", "train"),
        )
        validation, test = train_test_split(
            rest,
            train_size=shares.validation / (shares.validation + shares.test),
            stratify=[example.label for example in rest],
            random_state=derive(seed, "split", "validation"),
        )
        splits = dict(zip(SPLITS, (training, validation, test), strict=True))
        _require_every_class(splits)
    except ValueError as error:
        raise UsageError(
            f"[data.split] {shares.model_dump()} cannot be made of {len(examples)} examples with every class "
            f"in every split: {error} Add examples, or change the shares."
        ) from None
    return splits


def _require_every_class(splits: dict[str, list[Example]]) -> None:
    """scikit-learn rounds the share of a small class, and may round it to nothing."""
    classes = {example.label for members in splits.values() for example in members}
    for name, members in splits.items():
        for label in sorted(classes - {example.label for example in members}):
            raise ValueError(f"class {label} would have no example in {name}.")


def duplicates(splits: dict[str, list[Example]]) -> list[tuple[Example, str, Example, str]]:
    """The pairs of examples with the same features that stand in different splits.

    Returns:
        example, its split, the duplicate, the duplicate's split; each group of duplicates gives one pair
        for each split beyond the first.
    """
    by_content: dict[str, dict[str, Example]] = defaultdict(dict)
    for name, members in splits.items():
        for example in members:
            by_content[example.content].setdefault(name, example)
    pairs = []
    for holders in by_content.values():
        (first_split, first), *others = holders.items()
        pairs += [(first, first_split, other, split) for split, other in others]
    return pairs
