"""Records: what a run was made from, and that a record survives the disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samebits import config
from samebits.errors import UsageError
from samebits.guard import Finding, Severity
from samebits.runs import record as records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.guard import Situation
    from samebits.runs.record import Outcome, Record


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "runs" / "seed42"
    path.mkdir(parents=True)
    return path


def test_a_record_reads_back_as_it_was_written(record: Callable[..., Record], folder: Path) -> None:
    findings = records.findings_as_dicts([Finding("cpu", Severity.WARNING, "old CPU", "buy one")])
    written = record(findings_at_start=findings, allow_drift=True, smoke=True)
    records.write(folder, written)
    assert records.read(folder) == written


@given(losses=st.lists(st.floats(allow_nan=False), min_size=1, max_size=4))
def test_metrics_read_back_to_the_same_bits(
    losses: list[float],
    record: Callable[..., Record],
    outcome: Callable[..., Outcome],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("run")
    records.write(folder, record(outcome=outcome(history={"loss": losses})))
    _, found = records.read_complete(folder)
    assert list(map(repr, found.history["loss"])) == list(map(repr, losses))


def test_a_run_that_diverged_to_nan_can_be_read(
    record: Callable[..., Record], outcome: Callable[..., Outcome], folder: Path
) -> None:
    records.write(folder, record(outcome=outcome(history={"loss": [0.5, float("nan"), float("inf")]})))
    _, found = records.read_complete(folder)
    assert list(map(repr, found.history["loss"])) == ["0.5", "nan", "inf"]


def test_a_folder_without_a_record_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing: not a run, it has no record\.json"):
        records.read(tmp_path / "missing")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"file: not a run"):
        records.read(tmp_path / "file")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('"seed": 42,\n  "smoke"', '"seed": "42",\n  "smoke"', "seed"),
        ('"status": "complete"', '"status": "done"', "status"),
        ('"cores": 2', '"cores": 2, "color": 1', "hardware.color"),
        ('"scope": "machine"', '"scope": "universe"', "scope"),
        ("{", "", "the file"),
    ],
)
def test_a_damaged_record_is_refused_by_the_place_of_the_damage(
    record: Callable[..., Record], folder: Path, old: str, new: str, place: str
) -> None:
    records.write(folder, record())
    path = folder / records.FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        records.read(folder)
    assert str(error.value).startswith(f"{path}: damaged ({place}: ")


@pytest.mark.parametrize("changes", [{"status": "running"}, {"status": "running", "outcome": None}])
def test_a_run_that_has_not_ended_is_told_how_to_go_on(
    record: Callable[..., Record], folder: Path, changes: dict[str, Any]
) -> None:
    records.write(folder, record(name="mine", **changes))
    with pytest.raises(UsageError, match=r"has not ended.*train --run mine"):
        records.read_complete(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "sha256:00"},
        {"data": "sha256:00"},
        {"smoke": True},
        {"environment": {"lock": "sha256:00"}},
        {"environment": {"policy": "sha256:00"}},
        {"environment": {"variables": {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": None}}},
        {"environment": {"packages": {"keras": "3.15.2", "numpy": "2.4.6"}}},
        {"environment": {"engine": "host"}},
        {"environment": {"system": "Ubuntu 24.04"}},
        {"environment": {"samebits": "0.0.9"}},
        {"set": "seed=43"},
        {"set": "training.epochs=3"},
        {"set": "model.units=9"},
    ],
    ids=str,
)
def test_another_input_makes_it_another_run(
    record: Callable[..., Record], project: Path, changes: dict[str, Any]
) -> None:
    override = changes.pop("set", None) if "set" in (changes := dict(changes)) else None
    experiment = config.load(project, [override]) if override else None
    assert record(experiment=experiment, **changes).inputs_digest != record().inputs_digest


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "another", "started": "2030-01-01T00:00:00+00:00", "seconds": 1.0, "command": ["samebits"]},
        {"hardware": {"cpu": "Another CPU", "cores": 64}},
        {"environment": {"revision": "abc"}},
        {"status": "running", "outcome": None},
    ],
    ids=str,
)
def test_the_same_inputs_on_another_machine_make_the_same_run(
    record: Callable[..., Record], changes: dict[str, Any]
) -> None:
    assert record(**changes).inputs_digest == record().inputs_digest


def test_the_newest_run_is_the_one_that_ended_last(record: Callable[..., Record], tmp_path: Path) -> None:
    for name, ended, status in (
        ("a", "2026-11-20T10:00:00+00:00", "complete"),
        ("b", "2026-11-21T09:00:00+00:00", "complete"),
        ("c", "2026-11-20T11:00:00+00:00", "complete"),
        ("d", None, "running"),
    ):
        (tmp_path / name).mkdir()
        records.write(tmp_path / name, record(name=name, ended=ended, status=status))
    (tmp_path / "notes").mkdir()
    assert records.newest(tmp_path) == tmp_path / "b"


def test_without_a_finished_run_there_is_no_newest(record: Callable[..., Record], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no finished run\. Make one with `train`"):
        records.newest(tmp_path / "runs")
    (tmp_path / "a").mkdir()
    records.write(tmp_path / "a", record(status="running"))
    with pytest.raises(UsageError, match="no finished run"):
        records.newest(tmp_path)


def test_the_record_tells_every_variable_of_the_policy_and_every_package(
    situation: Callable[..., Situation],
) -> None:
    environ = {name: value for name, value in situation().environ.items() if name != "PYTHONHASHSEED"}
    sound = situation(environ=environ | {"SAMEBITS_REVISION": "abc"})
    found = records.environment(sound)
    assert found.variables.keys() == {variable.name for variable in sound.policy.for_variant("cpu")}
    assert found.variables["PYTHONHASHSEED"] is None
    assert found.variables["OMP_NUM_THREADS"] == "1"
    assert found.packages == sound.packages
    assert list(found.packages) == sorted(found.packages)
    assert (found.lock, found.policy, found.revision) == (sound.lock.digest, sound.policy.digest, "abc")


def test_the_cores_are_those_that_the_process_may_use(situation: Callable[..., Situation]) -> None:
    assert records.hardware(situation()).cores == len(os.sched_getaffinity(0))


def test_the_digest_of_weights_changes_with_any_name_or_any_weight() -> None:
    sets = [
        {"a": "1", "b": "2"},
        {"a": "1", "b": "3"},
        {"a": "1", "c": "2"},
        {"b": "2", "a": "1"},
        {"a": "1"},
    ]
    assert len({records.digest_of_weights(weights) for weights in sets}) == len(sets)
