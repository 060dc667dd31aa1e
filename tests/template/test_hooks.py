"""What happens around a generation: git, the next steps, the command line, cruft."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = "{{cookiecutter.project}}"
ADA = ("user.name=Ada", "user.email=ada@example.org")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()


def set_git(*settings: str) -> None:
    for setting in settings:
        subprocess.run(["git", "config", "--global", *setting.split("=", 1)], check=True)


@pytest.fixture
def cookiecutter(template: Path, tmp_path: Path, cookiecutter_config: Path) -> Callable[..., str]:
    """The real command line, in a folder with a name that a shell must quote; return what it prints."""
    start = tmp_path / "Ada's projects"
    start.mkdir()

    def run(*arguments: str, stdin: str = "") -> str:
        command = [
            sys.executable,
            "-m",
            "cookiecutter",
            str(template),
            "--config-file",
            str(cookiecutter_config),
        ]
        done = subprocess.run(
            [*command, *arguments],
            cwd=start,
            env=os.environ | {"PWD": str(start)},
            input=stdin,
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return done.stdout

    return run


def test_a_new_project_has_everything_in_its_first_commit(generate: Callable[..., Path]) -> None:
    made = generate(project_name="""O'Neil's "digits" \\ 🎉""", project="digits")
    assert git(made, "status", "--porcelain") == ""
    assert git(made, "symbolic-ref", "--short", "HEAD") == "main"
    assert git(made, "log", "--format=%s") == """Start O'Neil's "digits" \\ 🎉 from samebits"""
    assert git(made, "ls-files", "--others") == ""


def test_the_first_commit_is_by_whom_git_knows(generate: Callable[..., Path]) -> None:
    set_git(*ADA)
    assert git(generate(author="Grace"), "log", "--format=%an <%ae>") == "Ada <ada@example.org>"


def test_the_first_commit_is_by_the_author_where_git_knows_nobody(generate: Callable[..., Path]) -> None:
    made = generate(author="Grace Hopper")
    assert git(made, "log", "--format=%an <%ae>") == "Grace Hopper <nobody@example.invalid>"
    assert "user" not in git(made, "config", "--local", "--list")


def test_a_signing_key_and_commit_hooks_of_the_user_do_not_stop_the_commit(
    generate: Callable[..., Path], tmp_path: Path
) -> None:
    hooks = tmp_path / "user-hooks"
    hooks.mkdir()
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (hooks / name).chmod(stat.S_IRWXU)
    set_git(*ADA, "commit.gpgsign=true", "gpg.program=false", f"core.hooksPath={hooks}")
    assert git(generate(), "log", "--format=%G?") == "N"


def test_a_broken_git_configuration_costs_only_the_commit(
    generate: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    Path(os.environ["GIT_CONFIG_GLOBAL"]).write_text("[user\n", encoding="utf-8")
    assert (generate() / "experiment.toml").is_file()
    said = capfd.readouterr().out
    assert re.search(r"^The first git commit could not be made, make it yourself: .*bad config line 1", said)


def test_without_git_there_is_no_repository(
    generate: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    made = generate()
    assert not (made / ".git").exists()
    assert "No git repository was made: git is not installed." in capfd.readouterr().out


def test_inside_another_repository_there_is_none_of_its_own(
    generate: Callable[..., Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "init")
    made = generate()
    assert not (made / ".git").exists()
    assert f"the folder lies in that of {tmp_path}." in capfd.readouterr().out
    assert git(tmp_path, "diff", "--cached", "--name-only") == ""


def test_a_repository_that_git_is_working_on_is_left_alone(
    generate: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", str(other))
    with monkeypatch.context() as inside_a_git_hook:
        inside_a_git_hook.setenv("GIT_DIR", str(other / ".git"))
        inside_a_git_hook.setenv("GIT_WORK_TREE", str(other))
        inside_a_git_hook.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
        made = generate()
    assert git(other, "ls-files") == ""
    assert "experiment.toml" in git(made, "ls-files").splitlines()


def test_generating_again_leaves_the_repository_as_it_is(
    cookiecutter: Callable[..., str], tmp_path: Path
) -> None:
    cookiecutter("--no-input")
    made = tmp_path / "Ada's projects/handwritten-digits"
    before = git(made, "log", "--format=%H")
    said = cookiecutter("--no-input", "--overwrite-if-exists")
    assert "was left as it is" in said
    assert git(made, "log", "--format=%H") == before
    assert git(made, "status", "--porcelain") == ""


def test_the_next_steps_start_where_the_user_is(cookiecutter: Callable[..., str]) -> None:
    said = cookiecutter("--no-input")
    assert re.search(r"\nNext:\n  cd handwritten-digits\n  make prepare train\n  make verify\n\n\Z", said)


def test_the_next_steps_quote_a_folder_elsewhere(cookiecutter: Callable[..., str], tmp_path: Path) -> None:
    elsewhere = tmp_path / """a "b" $HOME 'c'"""
    said = cookiecutter("--no-input", "--output-dir", str(elsewhere))
    [change_folder] = re.findall(r"^  (cd .*)$", said, flags=re.MULTILINE)
    at = subprocess.run(
        ["sh", "-c", f"{change_folder} && pwd"], check=True, capture_output=True, encoding="utf-8"
    )
    assert at.stdout == f"{elsewhere}/handwritten-digits\n"


def test_the_next_steps_are_printed_on_a_terminal_without_unicode(
    generate: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    assert generate("größe").is_dir()
    assert r"gr\xf6\xdfe/handwritten-digits" in capfd.readouterr().out


def test_the_targets_of_the_next_steps_are_in_the_makefile(generate: Callable[..., Path]) -> None:
    makefile = (generate() / "Makefile").read_text(encoding="utf-8")
    assert {"prepare", "train", "verify"} <= set(re.findall(r"^([a-z]+):", makefile, flags=re.MULTILINE))


def test_the_questions_are_answered_on_a_terminal(cookiecutter: Callable[..., str], tmp_path: Path) -> None:
    answers = ["""Ada's "digits" \\ 🎉""", "", "{a} %", "Ada", "", "2", "", "7"]
    said = cookiecutter(stdin="\n".join(answers) + "\n")
    assert "[1/8] Name of the experiment" in said
    made = tmp_path / "Ada's projects/ada-s-digits"
    assert (
        (made / "README.md").read_text(encoding="utf-8").startswith("""# Ada's "digits" \\\\ 🎉\n\n{a} %\n""")
    )
    assert (made / "LICENSE").read_text(encoding="utf-8").startswith("BSD 3-Clause")
    assert "\nseed = 7 " in (made / "experiment.toml").read_text(encoding="utf-8")


@pytest.fixture
def cruft() -> Callable[..., None]:
    def run(folder: Path, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "-m", "cruft", *arguments], cwd=folder, check=True, capture_output=True
        )

    return run


@pytest.fixture
def template_repository(template: Path, tmp_path: Path) -> Path:
    set_git(*ADA)
    copy = shutil.copytree(template, tmp_path / "template", symlinks=True)
    git(copy, "init", "--initial-branch=main")
    commit_all(copy, "version 1")
    return copy


def commit_all(folder: Path, subject: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--message", subject)


def test_a_project_follows_its_template_with_cruft_and_keeps_what_is_its_own(
    template_repository: Path, tmp_path: Path, cruft: Callable[..., None]
) -> None:
    cruft(tmp_path, "create", str(template_repository), "--no-input")
    made = tmp_path / "handwritten-digits"
    assert not (made / ".git").exists()
    git(made, "init", "--initial-branch=main")
    own = ("src/handwritten_digits/model.py", "environment/requirements/cpu.txt", "golden/README.md")
    for name in own:
        change(made / name, begin="# the project's\n")
    commit_all(made, "the project's own changes")

    followed = ("README.md", "environment/policy.toml")
    for name in (*followed, "environment/requirements/cpu.txt", "golden/README.md"):
        change(template_repository / PROJECT / name, end="# the template's\n")
    commit_all(template_repository, "version 2")
    cruft(made, "update", "--skip-apply-ask")

    changed = {line[2:].strip() for line in git(made, "status", "--porcelain").splitlines()}
    assert changed == {".cruft.json", *followed}
    for name in followed:
        assert (made / name).read_text(encoding="utf-8").endswith("# the template's\n")
    for name in own:
        assert (made / name).read_text(encoding="utf-8").startswith("# the project's\n")
    assert git(made, "log", "--format=%s") == "the project's own changes"
    cruft(made, "check")


def change(path: Path, *, begin: str = "", end: str = "") -> None:
    path.write_text(begin + path.read_text(encoding="utf-8") + end, encoding="utf-8")


def test_cruft_hands_on_why_answers_are_refused(template_repository: Path, tmp_path: Path) -> None:
    answers = json.dumps({"project": "My Digits", "seed": "x"})
    create = ["create", str(template_repository), "--no-input", "--extra-context", answers]
    done = subprocess.run(
        [sys.executable, "-m", "cruft", *create],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode != 0
    assert "for example: my-digits" in done.stderr
    assert f"cruft create {template_repository} --extra-context '" in done.stderr
