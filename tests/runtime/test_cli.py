"""The command line: exit statuses, and one or two sentences where something is wrong."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING, Any

import pytest
from samebits import __version__, cli
from samebits.runs import record as records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from samebits.runs.record import Outcome, Record

    Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Main:
    """Run a verb; gives status, output and errors, each in one line."""
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["samebits", *arguments])
        status = cli.main()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_the_version_is_shown(main: Main) -> None:
    assert main("--version") == (0, f"samebits {__version__}\n", "")


def test_the_help_lists_every_verb_with_what_it_does(main: Main) -> None:
    status, out, _ = main("--help")
    assert status == 0
    for verb in ("doctor", "prepare", "train", "evaluate", "verify", "run"):
        [line] = [line for line in out.splitlines() if line.strip().startswith(f"{verb} ")]
        assert len(line.split()) > 4


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["train", "--sed", "3"],
        ["train", "--seed", "three"],
        ["verify", "--processes", "two"],
        ["evaluate", "one", "two"],
    ],
    ids=" ".join,
)
def test_wrong_use_has_status_2(main: Main, arguments: list[str]) -> None:
    status, _, err = main(*arguments)
    assert status == 2
    assert "Traceback" not in err


@pytest.mark.parametrize("verb", [["prepare"], ["train"], ["verify"], ["train", "--smoke"]], ids=" ".join)
def test_outside_of_a_project_it_is_said_where_to_go(
    main: Main, verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tensorflow: Any
) -> None:
    del tensorflow
    monkeypatch.chdir(tmp_path)
    status, out, err = main(*verb)
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert "Run this in the folder of a project" in err


def test_the_doctor_names_each_finding_with_its_remedy_and_has_status_1(main: Main, project: Path) -> None:
    del project
    status, out, err = main("doctor")
    assert status == 1
    assert "error: this Python was started outside of the image and of the host engine" in out
    assert "remedy: start it with `make`" in out
    assert err.startswith("error: the environment has drifted from the one that was locked (Python 3.")


def test_the_doctor_reads_the_experiment_too(main: Main, project: Path) -> None:
    (project / "experiment.toml").write_text("seed = -1\n", encoding="utf-8")
    status, _, err = main("doctor")
    assert status == 2
    assert "seed: input should be greater than or equal to 0" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "training.epoch=3"], "has no key 'training.epoch'"),
        (
            ["--set", "training.epochs=0"],
            "[training] epochs: input should be greater than or equal to 1, not 0",
        ),
        (["--seed", "-3"], "seed: input should be greater than or equal to 0, not -3"),
    ],
)
@pytest.mark.parametrize("verb", ["train", "verify"])
def test_a_mistake_in_an_override_is_told_before_anything_runs(
    main: Main, project: Path, verb: str, arguments: list[str], told: str
) -> None:
    status, _, err = main(verb, *arguments)
    assert status == 2
    assert told in err
    assert not (project / "runs").exists()


@pytest.mark.parametrize("name", ["", ".", "..", "/tmp/a", "../a", "a/../../b"])  # noqa: S108 - refused
def test_a_run_cannot_be_written_outside_of_runs(main: Main, project: Path, name: str) -> None:
    del project
    status, _, err = main("train", "--run", name)
    assert status == 2
    assert "expected the name of a folder below runs/" in err


def test_training_in_a_drifted_environment_has_status_1(main: Main, project: Path) -> None:
    status, _, err = main("train")
    assert status == 1
    assert "--allow-drift goes on all the same" in err
    assert not (project / "runs").exists()


def test_evaluating_without_a_run_is_told_to_make_one(main: Main, project: Path) -> None:
    del project
    assert main("evaluate")[0] == 2
    status, _, err = main("evaluate", "seed1")
    assert status == 2
    assert "seed1: not a run, it has no record.json" in err


@pytest.fixture
def runs(project: Path, record: Callable[..., Record], outcome: Callable[..., Outcome]) -> Path:
    """Three runs, of which the third is odd."""
    for name in ("a", "b", "odd"):
        (project / "runs" / name).mkdir(parents=True)
        result = outcome(predictions="sha256:99") if name == "odd" else outcome()
        records.write(project / "runs" / name, record(name=name, outcome=result))
    return project / "runs"


def test_runs_of_the_same_bits_are_verified_with_status_0(main: Main, runs: Path) -> None:
    status, out, _ = main("verify", "a", "b")
    assert status == 0
    assert out.startswith("IDENTICAL BITS: 2 runs\n")
    assert "verdict: runs/a/verdict.md" in out
    assert (runs / "a" / "verdict.md").read_text(encoding="utf-8").startswith("# IDENTICAL BITS: 2 runs")


@pytest.mark.usefixtures("runs")
def test_runs_of_different_bits_are_verified_with_status_1(main: Main) -> None:
    status, out, _ = main("verify", "a", "odd")
    assert status == 1
    assert out.startswith(
        "DIFFERENT BITS: 2 runs; first difference in predictions: sha256:31 against sha256:99\n"
    )


@pytest.mark.parametrize("form", ["{name}", "runs/{name}", "{runs}/{name}"])
def test_a_run_can_be_given_by_its_name_or_its_folder(main: Main, runs: Path, form: str) -> None:
    status, out, _ = main("verify", *(form.format(name=name, runs=runs) for name in ("a", "b")))
    assert status == 0
    assert "verdict: runs/a/verdict.md" in out


@pytest.mark.usefixtures("runs")
def test_the_project_is_found_from_anywhere(
    main: Main, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path / "link"
    link.symlink_to(project)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAMEBITS_PROJECT", str(link))
    assert main("verify", "a", "b")[0] == 0
    assert main("verify", "runs/a", "runs/b")[0] == 0


def test_runs_of_another_project_can_be_compared(
    main: Main, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    status, out, _ = main("verify", str(runs / "a"), str(runs / "b"))
    assert status == 0
    assert f"verdict: {runs}/a/verdict.md" in out


def test_run_without_a_command_says_how(main: Main) -> None:
    for arguments in (["run"], ["run", "--"], ["run", "--allow-drift", "--"]):
        status, _, err = main(*arguments)
        assert status == 2
        assert "run -- python script.py" in err


def test_run_refuses_a_drifted_environment(main: Main) -> None:
    status, _, err = main("run", "--", "true")
    assert status == 1
    assert "--allow-drift" in err


def test_run_tells_of_a_program_that_is_not_there(main: Main) -> None:
    status, _, err = main("run", "--allow-drift", "--", "no-such-program", "--help")
    assert status == 2
    assert err == "error: run: no-such-program: No such file or directory.\n"


def test_run_becomes_the_program_with_its_own_options(main: Main, monkeypatch: pytest.MonkeyPatch) -> None:
    class ReplacedError(Exception):
        pass

    def execvp(file: str, arguments: list[str]) -> None:
        raise ReplacedError(file, arguments)

    monkeypatch.setattr("os.execvp", execvp)
    with pytest.raises(ReplacedError) as replaced:
        main("run", "--allow-drift", "--", "python", "-c", "1", "--help", "--seed=3")
    assert replaced.value.args == ("python", ["python", "-c", "1", "--help", "--seed=3"])


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "runs/a"), 2, "Make room, or mend the permissions"),
        (PermissionError(errno.EACCES, "Permission denied", "data"), 2, "Make room, or mend the permissions"),
        (KeyboardInterrupt(), 130, "interrupted; run it again"),
    ],
)
def test_what_the_machine_does_to_a_user_is_told_without_a_traceback(
    main: Main, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, told: str
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    found, _, err = main("doctor")
    assert found == status
    assert told in err


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), ValueError("a bug")])
def test_a_bug_keeps_its_traceback(main: Main, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(type(error)):
        main("doctor")
