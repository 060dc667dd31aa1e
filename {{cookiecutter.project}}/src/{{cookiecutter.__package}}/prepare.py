"""The raw data: change `examples` to read your own."""

from collections.abc import Iterator

import numpy as np
from samebits import Example
from sklearn.datasets import load_digits


def examples() -> Iterator[Example]:
    """Yield every example of the raw data once, in any order.

    Here: the 1,797 handwritten digits that scikit-learn ships (UCI, "Optical Recognition of
    Handwritten Digits"), images of shape [8, 8, 1] with values 0…16.
    """
    digits = load_digits()
    for number, (image, label) in enumerate(zip(digits.images, digits.target, strict=True)):
        yield Example(
            key=f"digit-{number:04d}",
            features={"image": image.astype(np.uint8)[..., np.newaxis]},
            label=label,
        )
