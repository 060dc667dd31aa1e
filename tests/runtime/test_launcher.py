"""The host engine's half: the same command again, under the policy."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samebits import launcher, policy
from samebits.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

RULES = policy.load()
NAMES = st.sampled_from(
    [v.name for v in RULES.variables]
    + [rule.pattern.replace("*", "X") for rule in (*RULES.refused, *RULES.families, *RULES.harmless)]
    + ["PATH", "HOME", "CUDA_VISIBLE_DEVICES"]
)
ENVIRONMENTS = st.dictionaries(NAMES, st.text(st.characters(exclude_characters="\0"), max_size=5))
VARIANTS = st.sampled_from(["cpu", "gpu"])


@given(ENVIRONMENTS, VARIANTS)
def test_every_process_on_a_host_has_the_policy_and_nothing_against_it(
    environ: dict[str, str], variant: policy.Variant
) -> None:
    changed, _ = launcher.under_policy(environ, RULES, variant)
    for variable in RULES.for_variant(variant):
        assert changed[variable.name] == variable.value
    assert not [name for name in changed if RULES.leak(name, variant)]


@given(ENVIRONMENTS, VARIANTS)
def test_nothing_else_is_touched(environ: dict[str, str], variant: policy.Variant) -> None:
    changed, _ = launcher.under_policy(environ, RULES, variant)
    own = {variable.name for variable in RULES.for_variant(variant)}
    kept = {
        name: value for name, value in environ.items() if name not in own and not RULES.leak(name, variant)
    }
    assert {name: value for name, value in changed.items() if name not in own} == kept


@given(ENVIRONMENTS, VARIANTS)
def test_every_change_of_what_the_shell_had_set_is_told_and_no_other(
    environ: dict[str, str], variant: policy.Variant
) -> None:
    changed, told = launcher.under_policy(environ, RULES, variant)
    different = {f"{name}={value}" for name, value in environ.items() if changed.get(name) != value}
    assert {sentence.split(" was ")[0] for sentence in told} == different
    assert len(told) == len(different)


@given(ENVIRONMENTS, VARIANTS)
def test_under_the_policy_there_is_nothing_left_to_change(
    environ: dict[str, str], variant: policy.Variant
) -> None:
    changed, _ = launcher.under_policy(environ, RULES, variant)
    assert launcher.under_policy(changed, RULES, variant) == (changed, [])


class ReplacedError(Exception):
    """In the place of a process that is replaced: `execve` does not return."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], dict[str, str]]]:
    calls = []

    def execve(path: str, arguments: list[str], environ: dict[str, str]) -> None:
        calls.append((path, arguments, environ))
        raise ReplacedError

    monkeypatch.setattr(os, "execve", execve)
    return calls


@pytest.fixture
def _locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python looks like the one that install.sh makes."""
    (tmp_path / "samebits.pth").touch()
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"purelib": str(tmp_path)})


@pytest.mark.usefixtures("_locked")
def test_a_verb_on_a_host_is_started_again_under_the_policy(
    started: list[tuple[str, list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch, environment: Path
) -> None:
    monkeypatch.setenv("TF_XLA_FLAGS", "--auto")
    monkeypatch.setenv("PYTHONHASHSEED", "random")
    with pytest.raises(ReplacedError):
        launcher.enter(["train", "--seed", "3"])
    [(path, arguments, environ)] = started
    assert path == sys.executable
    assert arguments == [sys.executable, "-m", "samebits", "train", "--seed", "3"]
    assert environ["SAMEBITS_ENGINE"] == "host"
    assert environ["SAMEBITS_HOME"] == str(environment)
    assert environ["PYTHONHASHSEED"] == "0"
    assert "TF_XLA_FLAGS" not in environ
    told = launcher.changes(environ)
    assert any(sentence.startswith("TF_XLA_FLAGS=--auto was unset") for sentence in told)
    assert "PYTHONHASHSEED=random was set to 0" in told


@pytest.mark.usefixtures("_locked")
@pytest.mark.parametrize("given", [None, "/somewhere/else"])
def test_the_project_is_the_given_one_or_the_present_folder(
    given: str | None,
    started: list[tuple[str, list[str], dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    if given:
        monkeypatch.setenv("SAMEBITS_PROJECT", given)
    with pytest.raises(ReplacedError):
        launcher.enter([])
    assert started[0][2]["SAMEBITS_PROJECT"] == (given or str(tmp_path))


@pytest.mark.parametrize("engine", ["image", "host"])
def test_a_process_that_is_under_the_policy_already_is_not_started_again(
    engine: str,
    started: list[tuple[str, list[str], dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SAMEBITS_ENGINE", engine)
    launcher.enter(["train"])
    assert started == []


def test_a_python_that_is_not_the_locked_one_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"purelib": str(tmp_path)})
    with pytest.raises(UsageError, match=r"is not the locked environment.*make build ENGINE=host"):
        launcher.enter(["train"])


def test_a_process_that_was_started_otherwise_knows_of_no_changes() -> None:
    assert launcher.changes({}) == []
    assert launcher.changes({launcher.CHANGES: json.dumps(["A=1 was unset (x)"])}) == ["A=1 was unset (x)"]
