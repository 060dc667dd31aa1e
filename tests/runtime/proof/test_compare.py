"""Where two runs part first: the ladder from the policy to the predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from samebits import config
from samebits.proof import compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.runs.record import Outcome, Record


def test_runs_of_the_same_inputs_and_bits_differ_in_nothing(
    record: Callable[..., Record], outcome: Callable[..., Outcome]
) -> None:
    one, two = record(), record(name="another", started="2030-01-01T00:00:00+00:00", seconds=1.0)
    assert list(compare.inputs(one, two)) == []
    assert list(compare.surroundings(one, two)) == []
    assert list(compare.outcomes(outcome(), outcome())) == []


INPUTS: list[tuple[dict[str, Any], str]] = [
    ({"environment": {"policy": "sha256:00"}}, "policy: policy.toml: sha256:bb against sha256:00"),
    (
        {"environment": {"variables": {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": None}}},
        "policy: PYTHONHASHSEED: 0 against 1",
    ),
    (
        {"environment": {"variables": {"PYTHONHASHSEED": "0"}}},
        "policy: OMP_NUM_THREADS: None against nothing",
    ),
    ({"environment": {"lock": "sha256:00"}}, "lock: lockfile: sha256:aa against sha256:00"),
    ({"environment": {"packages": {"keras": "4", "numpy": "2.4.6"}}}, "packages: keras: 3.15.1 against 4"),
    ({"environment": {"packages": {"keras": "3.15.1"}}}, "packages: numpy: 2.4.6 against nothing"),
    (
        {"environment": {"packages": {"keras": "3.15.1", "numpy": "2.4.6", "zoo": "1"}}},
        "packages: zoo: nothing against 1",
    ),
    ({"code": "sha256:00"}, "code: src: sha256:cc against sha256:00"),
    ({"seed": 43}, "seed: seed: 42 against 43"),
    ({"set": ["training.epochs=3"]}, "configuration: training.epochs: 2 against 3"),
    (
        {"set": ["data.split.train=0.5", "data.split.test=0.3"]},
        "configuration: data.split.train: 0.6 against 0.5",
    ),
    ({"set": ["model.layers=2"]}, "configuration: model.layers: nothing against 2"),
    ({"smoke": True}, "configuration: --smoke: False against True"),
    ({"data": "sha256:00"}, "data: manifest: sha256:dd against sha256:00"),
]


@pytest.fixture
def changed(record: Callable[..., Record], project: Path) -> Callable[[dict[str, Any]], Record]:
    """Make the record with these changes; `set` as on the command line."""

    def make(changes: dict[str, Any]) -> Record:
        rest = {key: value for key, value in changes.items() if key != "set"}
        return record(experiment=config.load(project, changes.get("set")), **rest)

    return make


@pytest.mark.parametrize(("changes", "told"), INPUTS, ids=[told for _, told in INPUTS])
def test_each_input_that_differs_is_named_with_both_values(
    record: Callable[..., Record],
    changed: Callable[[dict[str, Any]], Record],
    changes: dict[str, Any],
    told: str,
) -> None:
    assert str(next(iter(compare.inputs(record(), changed(changes))))) == told


def test_the_inputs_are_told_from_the_environment_to_the_data(
    record: Callable[..., Record], changed: Callable[[dict[str, Any]], Record]
) -> None:
    everything = {
        "environment": {
            "policy": "sha256:00",
            "lock": "sha256:00",
            "packages": {"keras": "4", "numpy": "2.4.6"},
        },
        "code": "sha256:00",
        "seed": 1,
        "set": ["seed=1", "training.epochs=3"],
        "smoke": True,
        "data": "sha256:00",
    }
    found = [difference.rung for difference in compare.inputs(record(), changed(everything))]
    assert found == "policy lock packages code seed configuration configuration data".split()


def test_another_seed_is_told_once(
    record: Callable[..., Record], changed: Callable[[dict[str, Any]], Record]
) -> None:
    other = changed({"seed": 43, "set": ["seed=43"]})
    assert [str(difference) for difference in compare.inputs(record(), other)] == [
        "seed: seed: 42 against 43"
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"environment": {"engine": "host"}}, "environment: engine: image against host"),
        ({"environment": {"python": "3.11.2"}}, "environment: python: 3.13.5 against 3.11.2"),
        ({"environment": {"glibc": "2.36"}}, "environment: glibc: 2.41 against 2.36"),
        ({"hardware": {"cpu": "B CPU"}}, "hardware: cpu: A CPU against B CPU"),
        ({"hardware": {"cores": 64}}, "hardware: cores: 2 against 64"),
    ],
)
def test_what_a_run_was_made_on_is_told_apart_from_its_inputs(
    record: Callable[..., Record], changes: dict[str, Any], told: str
) -> None:
    one, two = record(), record(**changes)
    assert list(compare.inputs(one, two)) == []
    assert [str(difference) for difference in compare.surroundings(one, two)] == [told]


KERNEL = {"dense/kernel": "sha256:99", "dense/bias": "sha256:02"}
OUTCOMES: list[tuple[dict[str, Any], str]] = [
    ({"initial_weights": KERNEL}, "initial weights: 1 of 2 variables, the first is dense/kernel ("),
    (
        {"initial_weights": {"a": "sha256:01"}},
        "initial weights: the models have other variables: a, dense/bias",
    ),
    ({"metrics": ["sha256:11"]}, "metrics: 2 epochs against 1"),
    (
        {"metrics": ["sha256:11", "sha256:99"], "history": {"loss": [0.5, 0.3], "accuracy": [0.75, 1.0]}},
        "metrics: first in epoch 2: {'loss': 0.25, 'accuracy': 1.0} against {'loss': 0.3, 'accuracy': 1.0}",
    ),
    (
        {"metrics": ["sha256:98", "sha256:99"]},
        "metrics: first in epoch 1: {'loss': 0.5, 'accuracy': 0.75} against",
    ),
    (
        {"final_weights": {"dense/kernel": "sha256:21", "dense/bias": "sha256:99"}},
        "final weights: 1 of 2 variables, the first is dense/bias (",
    ),
    ({"predictions": "sha256:99"}, "predictions: sha256:31 against sha256:99"),
]


@pytest.mark.parametrize(("changes", "told"), OUTCOMES, ids=[told[:40] for _, told in OUTCOMES])
def test_each_thing_that_was_computed_otherwise_is_named(
    outcome: Callable[..., Outcome], changes: dict[str, Any], told: str
) -> None:
    [difference] = compare.outcomes(outcome(), outcome(**changes))
    assert str(difference).startswith(told)


def test_what_was_computed_is_told_in_the_order_of_the_computation(outcome: Callable[..., Outcome]) -> None:
    other = outcome(
        initial_weights=KERNEL,
        metrics=["sha256:98", "sha256:99"],
        final_weights={"dense/kernel": "sha256:98", "dense/bias": "sha256:99"},
        predictions="sha256:99",
    )
    found = [difference.rung for difference in compare.outcomes(outcome(), other)]
    assert found == ["initial weights", "metrics", "final weights", "predictions"]


def test_variables_in_another_order_are_told_because_the_digest_of_the_model_differs(
    outcome: Callable[..., Outcome],
) -> None:
    other = outcome(final_weights=dict(reversed(outcome().final_weights.items())))
    assert other.weights_digest != outcome().weights_digest
    assert list(compare.outcomes(outcome(), other)) != []


def test_a_digest_is_shown_short_and_still_says_what_it_is() -> None:
    assert compare.short("sha256:" + "0123456789abcdef" * 4) == "sha256:0123456789abcdef"
