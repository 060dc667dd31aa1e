"""The tests of this experiment. Most are inherited: see `samebits.testing`."""

from pathlib import Path

import pytest
from samebits.data.manifest import Manifest
from samebits.testing import ExperimentTests


class TestExperiment(ExperimentTests):
    """Add tests of what is special in your experiment."""

    def test_no_digit_is_lost(self, prepared: tuple[Path, Manifest]) -> None:
        _, manifest = prepared
        assert manifest.examples == 1797

    def test_the_image_is_scaled_to_one(self, batch: tuple) -> None:
        inputs, _ = batch
        assert inputs.numpy().min() >= 0
        assert inputs.numpy().max() == pytest.approx(1.0)
