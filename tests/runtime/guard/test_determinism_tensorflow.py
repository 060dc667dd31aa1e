"""The check that asks TensorFlow itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from samebits.guard import Severity, determinism

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@pytest.fixture
def config(tensorflow: ModuleType) -> Iterator[ModuleType]:
    del tensorflow
    from tensorflow.python.framework import config

    before = config.is_op_determinism_enabled()
    yield config
    if before:
        config.enable_op_determinism()
    else:
        config.disable_op_determinism()


def test_code_that_turns_determinism_off_is_found_out(config: ModuleType) -> None:
    config.enable_op_determinism()
    assert list(determinism.check()) == []
    config.disable_op_determinism()
    [finding] = determinism.check()
    assert finding.severity is Severity.ERROR
    assert "op determinism is off" in finding.what
