"""What `train` refuses before TensorFlow is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from samebits import config
from samebits.data import manifest as manifests
from samebits.data.manifest import Manifest
from samebits.errors import DoesNotHoldError, UsageError
from samebits.files import write_json
from samebits.guard import Finding, Severity
from samebits.runs import train as training

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.config import Data, Experiment

DRIFT = Finding("packages", Severity.ERROR, "numpy 1.0 is installed", "build again")
HINT = Finding("host", Severity.WARNING, "the host differs", "nothing")


def test_drift_is_refused_with_its_remedy_and_the_way_around_it() -> None:
    with pytest.raises(DoesNotHoldError) as error:
        training.refuse_drift((HINT, DRIFT), allowed=False)
    told = str(error.value)
    assert "error: numpy 1.0 is installed" in told
    assert "remedy: build again" in told
    assert "--allow-drift" in told
    assert "the host differs" not in told


@pytest.mark.parametrize(("findings", "allowed"), [((DRIFT, HINT), True), ((HINT,), False), ((), False)])
def test_what_is_allowed_or_no_drift_is_passed_on_for_the_record(
    findings: tuple[Finding, ...], allowed: bool
) -> None:
    assert training.refuse_drift(findings, allowed=allowed) == findings


@pytest.fixture
def manifest(settings: Callable[..., Data]) -> Manifest:
    return Manifest(
        data=settings(), source="", examples=0, features={}, splits={}, duplicates=[], made_with={}
    )


DRIFT_ALLOWED = training.Options(allow_drift=True)


def test_training_in_an_environment_that_nobody_prepared_is_refused(
    project: Path, experiment: Experiment
) -> None:
    with pytest.raises(DoesNotHoldError, match="the environment is not the one that was locked"):
        training.train(project, experiment, training.Options())


def test_training_without_data_is_told_to_prepare_it(project: Path, experiment: Experiment) -> None:
    with pytest.raises(UsageError, match="Run `prepare` first"):
        training.train(project, experiment, DRIFT_ALLOWED)


def test_data_of_another_configuration_is_refused_by_what_differs(project: Path, manifest: Manifest) -> None:
    (project / training.PREPARED).mkdir(parents=True)
    write_json(project / training.PREPARED / manifests.FILE, manifest.as_json())
    experiment = config.load(project, ["data.seed=8", "data.examples_per_shard=5"])
    with pytest.raises(UsageError, match="prepare --replace") as error:
        training.train(project, experiment, DRIFT_ALLOWED)
    assert "seed was 7 and is 8; examples_per_shard was 4 and is 5" in str(error.value)
    assert not (project / training.RUNS).exists()
