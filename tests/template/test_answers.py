"""Which answers make a project, and what is said about those that do not."""

from __future__ import annotations

import importlib.metadata
import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cookiecutter.exceptions import FailedHookException, OutputDirExistsException
from cookiecutter.generate import generate_context
from cookiecutter.main import cookiecutter
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[2]
QUESTIONS = json.loads((REPOSITORY / "cookiecutter.json").read_text(encoding="utf-8"))
CHOICES = {name: values for name, values in QUESTIONS.items() if isinstance(values, list) and name[0] != "_"}

SUPPORTED = {
    "the defaults": ({}, "handwritten-digits"),
    "a name of one letter": ({"project": "a"}, "a"),
    "the longest name": ({"project": "a" * 63}, "a" * 63),
    "digits and hyphens in the name": ({"project": "resnet-50-v2"}, "resnet-50-v2"),
    "a name from a long title": ({"project_name": "word " * 15 + "word"}, "-".join(["word"] * 12)),
    "a name from accents": ({"project_name": "Élan für Größe"}, "elan-fur-grosse"),
    "a name from another script": ({"project_name": "手写数字"}, "shou-xie-shu-zi"),
    "a name from emoji only": ({"project_name": "🎉"}, "experiment"),
    "the longest title": ({"project_name": "x" * 80, "project": "x"}, "x"),
    "no description": ({"description": ""}, "handwritten-digits"),
    "a joined emoji": ({"author": "👩‍🔬"}, "handwritten-digits"),
    "braces that are not Jinja's": ({"description": "the set {1, 2} %{"}, "handwritten-digits"),
    "the lowest seed": ({"seed": "0"}, "handwritten-digits"),
    "the highest seed": ({"seed": "4294967295"}, "handwritten-digits"),
} | {
    f"{name} {value}": ({name: value}, "handwritten-digits")
    for name, values in CHOICES.items()
    for value in values
}

NAME = "lower-case letters a-z, digits and single hyphens"
SEED = "a whole number from 0 to 4294967295"
# The answer, the value, and what the message says: what is wrong, what would be right, an example.
UNSUPPORTED = {
    "no title": ("project_name", "", "is empty", "1 to 80 characters", None),
    "a blank title": ("project_name", "  ", "is empty", "1 to 80 characters", None),
    "a title too long": ("project_name", "x" * 81, "has 81 characters", "at most 80 characters", None),
    "a title of two lines": ("project_name", "one\ntwo", "a control character", "one line", "one two"),
    "no author": ("author", "", "is empty", "1 to 120 characters", None),
    "an author too long": ("author", "x" * 121, "has 121 characters", "at most 120", None),
    "a tab": ("author", "Ada\tL.", "a control character", "one line", "Ada L."),
    "an escape sequence": ("lab", "\x1b[31mLab", "a control character", "one line", "[31mLab"),
    "a Unicode line separator": ("lab", "a\u2028b", "a control character", "one line", "a b"),
    "a lab too long": ("lab", "x" * 121, "has 121 characters", "at most 120", None),
    "an undecodable byte": ("lab", "L\udce9", "a control character", "one line", "L"),
    "a description too long": ("description", "x" * 301, "has 301 characters", "at most 300", None),
    "a space in front": ("description", " x", "begins or ends with a space", "without it", "x"),
    "a Jinja expression": ("description", "{{ 6 * 7 }}", "a Jinja template", "text without {{, {%, {#", None),
    "a Jinja comment": ("description", "a{# b #}", "a Jinja template", "text without {{, {%, {#", None),
    "capital letters": ("project", "Digits", "cannot name", NAME, "digits"),
    "underscores": ("project", "my_digits", "cannot name", NAME, "my-digits"),
    "a space in the name": ("project", "my digits", "cannot name", NAME, "my-digits"),
    "accents in the name": ("project", "größe", "cannot name", NAME, "groe"),
    "a digit first": ("project", "3d-shapes", "cannot name", NAME, "d-shapes"),
    "a hyphen first": ("project", "-digits", "cannot name", NAME, "digits"),
    "a hyphen last": ("project", "digits-", "cannot name", NAME, "digits"),
    "two hyphens": ("project", "my--digits", "cannot name", NAME, "my-digits"),
    "a dot": ("project", "digits.v2", "cannot name", NAME, "digits-v2"),
    "digits of another script": ("project", "digits-٣", "cannot name", NAME, "digits"),
    "a name too long": ("project", "a" * 64, "has 64 characters", "1 to 63", "a" * 63),
    "a keyword": (
        "project",
        "class",
        "class would have the name of a Python keyword",
        "another",
        "class-experiment",
    ),
    "a soft keyword": ("project", "match", "a Python keyword", "another", "match-experiment"),
    "a soft keyword of Python 3.12": ("project", "type", "a Python keyword", "another", "type-experiment"),
    "a standard module": ("project", "json", "Python's standard library", "another", "json-experiment"),
    "TensorFlow": ("project", "tensorflow", "the environment installs", "another", "tensorflow-experiment"),
    "a module with an underscore": (
        "project",
        "ml-dtypes",
        "ml_dtypes would",
        "another",
        "ml-dtypes-experiment",
    ),
    "a module in capitals": ("project", "pil", "the environment installs", "another", "pil-experiment"),
    "the runtime": ("project", "samebits", "the environment installs", "another", "samebits-experiment"),
    "a folder of the project": ("project", "tests", "a folder of the project", "another", "tests-experiment"),
    "no seed": ("seed", "", "is not a seed", SEED, None),
    "a seed too high": ("seed", "4294967296", "is not a seed", SEED, None),
    "a negative seed": ("seed", "-1", "is not a seed", SEED, None),
    "a seed with a sign": ("seed", "+1", "is not a seed", SEED, None),
    "a seed with a space": ("seed", "1 ", "is not a seed", SEED, None),
    "a seed with a fraction": ("seed", "1.0", "is not a seed", SEED, None),
    "a seed with an underscore": ("seed", "1_000", "is not a seed", SEED, None),
    "a seed with a leading zero": ("seed", "007", "is not a seed", SEED, None),
    "a seed in another script": ("seed", "٣", "is not a seed", SEED, None),
    "a seed in words": ("seed", "random", "is not a seed", SEED, None),
}


@pytest.fixture
def refuse(generate: Callable[..., Path], capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return what is said when these answers are refused."""

    def run(**answers: str) -> str:
        with pytest.raises(FailedHookException, match="exit status: 1"):
            generate(**answers)
        return capfd.readouterr().err

    return run


@pytest.fixture
def hook(template: Path, tmp_path: Path) -> dict[str, Any]:
    """What pre_gen_project.py defines, rendered from the defaults."""
    context = generate_context(str(template / "cookiecutter.json"))
    context["cookiecutter"] = prompt_for_config(context, no_input=True)
    source = (template / "hooks/pre_gen_project.py").read_text(encoding="utf-8")
    rendered = tmp_path / "hook.py"
    rendered.write_text(
        create_env_with_context(context).from_string(source).render(context), encoding="utf-8"
    )
    return runpy.run_path(str(rendered))


def command_in(message: str) -> list[str]:
    """Return the words of the command that a message proposes."""
    [line] = [line for line in message.splitlines() if line.startswith("  cookiecutter ")]
    return shlex.split(line)


@pytest.mark.parametrize(("answers", "project"), SUPPORTED.values(), ids=SUPPORTED.keys())
def test_supported_answers_make_a_project(
    answers: dict[str, str], project: str, generate: Callable[..., Path]
) -> None:
    made = generate(**answers)
    assert made.name == project
    assert (made / "src" / project.replace("-", "_") / "train.py").is_file()


@pytest.mark.parametrize(
    ("answer", "value", "wrong", "right", "example"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys()
)
def test_unsupported_answers_are_refused_with_what_would_be_right(
    answer: str,
    value: str,
    wrong: str,
    right: str,
    example: str | None,
    refuse: Callable[..., str],
    tmp_path: Path,
) -> None:
    message = refuse(**{answer: value, **({"project": "x"} if answer == "project_name" else {})})
    said = re.findall(
        r"\n  (\w+): .*\n    wrong: (.*)\n    right: (.*)\n(?:    for example: (.*)\n)?", message
    )
    assert [name for name, *_ in said] == [answer]
    assert wrong in said[0][1]
    assert right in said[0][2]
    assert said[0][3] == (example or "")
    assert not list((tmp_path / "made").iterdir())


def test_all_unsupported_answers_are_named_at_once_in_the_order_of_the_questions(
    refuse: Callable[..., str],
) -> None:
    message = refuse(seed="x", lab="a\tb", project="if", description=" x", author=" ", project_name="x" * 99)
    named = re.findall(r"^  (\w+): ", message, flags=re.MULTILINE)
    assert named == ["project_name", "project", "description", "author", "lab", "seed"]


def test_the_message_proposes_a_command_that_keeps_the_good_answers(refuse: Callable[..., str]) -> None:
    author = """O'Neil "Ada" \\ $HOME 🎉"""
    words = command_in(refuse(project="My Digits", author=author, seed="x"))
    assert words[0] == "cookiecutter"
    assert "project=my-digits" in words
    assert f"author={author}" in words
    assert not [word for word in words if word.startswith("seed=")]


def test_the_proposed_command_makes_the_project(
    refuse: Callable[..., str], tmp_path: Path, cookiecutter_config: Path
) -> None:
    author = """O'Neil "Ada" \\ $HOME 🎉"""
    words = command_in(refuse(project="My Digits", author=author, lab="a\tb"))
    again = [sys.executable, "-m", *words, "--no-input", "--config-file", str(cookiecutter_config)]
    subprocess.run(again, cwd=tmp_path, check=True, capture_output=True)
    made = tmp_path / "made/my-digits"
    assert f"Copyright (c) {author}, a b\n" in (made / "LICENSE").read_text(encoding="utf-8")


def test_a_project_that_was_there_before_is_left_alone(generate: Callable[..., Path]) -> None:
    made = generate()
    (made / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputDirExistsException):
        generate(seed="x")
    assert (made / "mine.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", CHOICES)
def test_cookiecutter_refuses_a_choice_that_is_not_there(
    name: str, generate: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=rf"other provided for choice variable {name}, .*{CHOICES[name][0]}"):
        generate(**{name: "other"})
    assert not list((tmp_path / "made").iterdir())


@pytest.mark.parametrize("name", CHOICES)
def test_a_replayed_choice_that_is_not_there_is_refused_with_all_that_are(
    name: str, template: Path, tmp_path: Path, cookiecutter_config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    context = generate_context(str(template / "cookiecutter.json"))
    context["cookiecutter"] = prompt_for_config(context, no_input=True) | {name: "other"}
    replay = tmp_path / "answers.json"
    replay.write_text(json.dumps(context), encoding="utf-8")
    with pytest.raises(FailedHookException):
        cookiecutter(
            str(template), replay=str(replay), output_dir=str(tmp_path), config_file=str(cookiecutter_config)
        )
    assert f"right: one of {', '.join(CHOICES[name])}\n" in capfd.readouterr().err


def test_cookiecutter_refuses_an_empty_folder_name(generate: Callable[..., Path]) -> None:
    with pytest.raises(OutputDirExistsException):
        generate(project="")


def test_an_old_cookiecutter_is_refused_with_the_way_to_upgrade(
    hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "2.6.0")
    [problem] = hook["problems_with_cookiecutter"]()
    assert problem.wrong == "version 2.6.0 is too old"
    assert "pip install --upgrade 'cookiecutter>=2.7'" in problem.right


@pytest.mark.parametrize("version", ["2.7.0", "2.10.1", "3.0.0rc1"])
def test_a_newer_cookiecutter_is_accepted(
    version: str, hook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: version)
    assert hook["problems_with_cookiecutter"]() == []


def test_every_module_of_the_lock_is_refused_as_a_name(hook: dict[str, Any]) -> None:
    lock = (REPOSITORY / "{{cookiecutter.project}}/environment/requirements/cpu.txt").read_text(
        encoding="utf-8"
    )
    locked = {name.replace("_", "-") for name in re.findall(r"^([a-z0-9_-]+)==", lock, flags=re.MULTILINE)}
    modules = {
        module.lower()
        for module, owners in importlib.metadata.packages_distributions().items()
        if any(re.sub(r"[-_.]+", "-", owner).lower() in locked for owner in owners)
    }
    assert "tensorflow" in modules, "the packages of the lock are not installed; `make test` does it"
    possible = {module for module in modules if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", module)}
    assert possible - hook["INSTALLED_MODULES"] == set()
