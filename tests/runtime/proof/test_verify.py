"""The verdict: what it says, and that it claims no more than was checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from samebits.errors import UsageError
from samebits.proof import verify as verification
from samebits.proof.compare import short
from samebits.runs import record as records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.proof.verify import Verdict
    from samebits.runs.record import Outcome, Record


@pytest.fixture
def judge(record: Callable[..., Record], tmp_path: Path) -> Callable[..., Verdict]:
    """Judge runs with these changes."""

    def run(*changes: dict[str, Any], fresh: str = "processes") -> Verdict:
        folders = []
        for number, change in enumerate(changes, start=1):
            folder = tmp_path / str(number)
            folder.mkdir()
            records.write(folder, record(name=f"verify-001/{number}", **change))
            folders.append(folder)
        return verification.judge(folders, fresh)

    return run


def test_equal_bits_from_equal_inputs_hold(judge: Callable[..., Verdict]) -> None:
    verdict = judge({}, {})
    assert verdict.holds
    assert verdict.headline == "IDENTICAL BITS: 2 runs in fresh processes"


def test_runs_that_were_there_are_not_called_fresh(judge: Callable[..., Verdict]) -> None:
    assert judge({}, {}, {}, fresh="given").headline == "IDENTICAL BITS: 3 runs"


def test_the_verdict_claims_the_machine_that_was_checked_and_no_other(judge: Callable[..., Verdict]) -> None:
    assert judge({}, {}).scope == (
        "scope machine: the same bits on this kind of CPU. "
        "Checked on: A CPU, 2 cores, engine image. Not checked: any other machine."
    )


def test_runs_in_a_drifted_environment_get_no_scope(judge: Callable[..., Verdict]) -> None:
    finding = {
        "check": "variables",
        "severity": "error",
        "what": "OMP_NUM_THREADS is '2'",
        "remedy": "unset it",
    }
    scope = judge({}, {"findings_at_start": (finding,), "allow_drift": True}).scope
    assert scope == "no scope: the environment had drifted in verify-001/2."


def test_different_bits_do_not_hold_and_the_first_difference_is_named(
    judge: Callable[..., Verdict], outcome: Callable[..., Outcome]
) -> None:
    verdict = judge({}, {"outcome": outcome(predictions="sha256:99", metrics=["sha256:11", "sha256:99"])})
    assert not verdict.holds
    assert verdict.headline.startswith(
        "DIFFERENT BITS: 2 runs in fresh processes; first difference in metrics: first in epoch 2"
    )
    assert [difference.rung for difference in verdict.differences] == ["metrics", "predictions"]


def test_different_inputs_are_named_as_the_cause_before_the_bits(
    judge: Callable[..., Verdict], outcome: Callable[..., Outcome]
) -> None:
    verdict = judge({}, {"seed": 43, "outcome": outcome(predictions="sha256:99")})
    assert verdict.headline.startswith(
        "DIFFERENT BITS: 2 runs in fresh processes; first difference in seed: seed"
    )
    assert [difference.rung for difference in verdict.differences] == ["seed", "predictions"]


def test_equal_bits_from_different_inputs_are_not_called_a_proof(judge: Callable[..., Verdict]) -> None:
    verdict = judge({}, {"code": "sha256:00"})
    assert not verdict.holds
    assert verdict.headline.startswith(
        "IDENTICAL BITS FROM DIFFERENT INPUTS: 2 runs in fresh processes; first"
    )


def test_equal_bits_on_different_machines_hold_and_the_machines_are_named(
    judge: Callable[..., Verdict],
) -> None:
    verdict = judge({}, {"hardware": {"cpu": "B CPU"}, "environment": {"engine": "host"}})
    assert verdict.holds
    assert "A CPU, 2 cores, engine image; B CPU, 2 cores, engine host" in verdict.scope
    assert [str(difference) for difference in verdict.surroundings] == [
        "environment: engine: image against host",
        "hardware: cpu: A CPU against B CPU",
    ]


def test_one_odd_run_among_many_is_enough(
    judge: Callable[..., Verdict], outcome: Callable[..., Outcome]
) -> None:
    odd = {"outcome": outcome(predictions="sha256:99")}
    verdict = judge({}, {}, odd, odd)
    assert not verdict.holds
    assert len(verdict.bits) == 1  # the same difference twice is told once


def test_one_run_proves_nothing(judge: Callable[..., Verdict]) -> None:
    with pytest.raises(UsageError, match="at least two runs"):
        judge({})


def test_a_run_that_has_not_ended_proves_nothing(judge: Callable[..., Verdict]) -> None:
    with pytest.raises(UsageError, match="has not ended"):
        judge({}, {"status": "running", "outcome": None})


def test_the_page_says_what_the_verdict_says(
    judge: Callable[..., Verdict], outcome: Callable[..., Outcome]
) -> None:
    verdict = judge({}, {"seed": 43, "hardware": {"cores": 64}, "outcome": outcome(predictions="sha256:99")})
    page = verification.page(verdict)
    assert page.splitlines()[0] == f"# {verdict.headline}"
    assert verdict.scope in page
    assert "* seed: seed: 42 against 43" in page
    assert "* hardware: cores: 2 against 64" in page
    for digest in (outcome().weights_digest, outcome().predictions, "sha256:99"):
        assert f"`{short(digest)}`" in page


def test_the_json_says_what_the_verdict_says(
    judge: Callable[..., Verdict], outcome: Callable[..., Outcome], tmp_path: Path
) -> None:
    page = verification.write(tmp_path, judge({}, {"code": "sha256:00"}))
    assert page.read_text(encoding="utf-8").startswith("# IDENTICAL BITS FROM DIFFERENT INPUTS")
    told = json.loads((tmp_path / verification.JSON).read_text(encoding="utf-8"))
    assert told["holds"] is False
    assert told["scope"] == "machine"
    assert told["inputs"] == [{"rung": "code", "what": "src: sha256:cc against sha256:00"}]
    assert told["bits"] == told["surroundings"] == []
    assert [run["final_weights"] for run in told["runs"]] == [outcome().weights_digest] * 2


def test_one_process_alone_is_refused_before_anything_is_trained(project: Path) -> None:
    with pytest.raises(UsageError, match="--processes 1: at least 2"):
        verification.train_fresh(project, 1, [], print)
    assert not (project / "runs").exists()
