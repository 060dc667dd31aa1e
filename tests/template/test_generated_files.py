"""What a generated project consists of, and that the answers stand in it as they were given."""

from __future__ import annotations

import json
import re
import stat
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[2]
PROJECT = "{{cookiecutter.project}}"

EXPERIMENT = {
    ".dockerignore",
    ".gitattributes",
    ".gitignore",
    "Dockerfile.cpu",
    "Dockerfile.gpu",
    "LICENSE",
    "Makefile",
    "README.md",
    "experiment.toml",
    "golden/README.md",
    "pyproject.toml",
    "src/handwritten_digits/__init__.py",
    "src/handwritten_digits/data.py",
    "src/handwritten_digits/model.py",
    "src/handwritten_digits/prepare.py",
    "src/handwritten_digits/train.py",
    "tests/test_experiment.py",
}

FREE_TEXT = {
    "quotes": """O'Neil's "first" one""",
    "backslashes": r"C:\new\table \\ \u0041",
    "a backslash last": "backslash \\",
    "signs of shells and make": "$HOME `id` $(id) %d; #1 ~ !",
    "signs of HTML and Markdown": "<b>a</b> & &amp; *b* _c_ [d](e) | ~~f~~",
    "signs of TOML and YAML": "a = [1] # no comment: {x: y}",
    "accents and other scripts": "Zoë Müller, 手写, עברית, हिन्दी",
    "emoji": "👩‍🔬 reads 🔢 𝟙𝟚",
    "a list mark": "- not a list",
    "a list number": "1. not a list",
    "braces": "{a} {} % } }} %} #}",
}


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def shown(markdown: str) -> list[str]:
    """Return the text of each block of a page, as a reader sees it."""
    inlines = (token.children for token in MarkdownIt().parse(markdown) if token.type == "inline")
    return ["".join(child.content for child in children or []) for children in inlines]


def test_a_project_has_exactly_these_files(generate: Callable[..., Path], template: Path) -> None:
    environment = {f"environment/{name}" for name in files_of(template / PROJECT / "environment")}
    assert set(files_of(generate())) == EXPERIMENT | environment


def test_a_project_without_a_license_has_no_license_file(generate: Callable[..., Path]) -> None:
    made = generate(license="none", author="Ada", lab="Engines")
    assert not (made / "LICENSE").exists()
    assert "license" not in tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert shown((made / "README.md").read_text(encoding="utf-8"))[-1] == (
        "Copyright (c) Ada, Engines. All rights reserved."
    )


@pytest.mark.parametrize(
    ("license_", "opening"),
    [
        ("MIT", "MIT License\n\nCopyright (c) Ada, Engines\n\nPermission is hereby granted"),
        ("BSD-3-Clause", "BSD 3-Clause License\n\nCopyright (c) Ada, Engines\n\nRedistribution and use"),
        ("Apache-2.0", "\n                                 Apache License\n"),
    ],
)
def test_the_chosen_license_is_in_the_project(
    license_: str, opening: str, generate: Callable[..., Path]
) -> None:
    made = generate(license=license_, author="Ada", lab="Engines")
    assert (made / "LICENSE").read_text(encoding="utf-8").startswith(opening)
    assert (
        tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))["project"]["license"] == license_
    )
    assert shown((made / "README.md").read_text(encoding="utf-8"))[-1] == (
        f"Copyright (c) Ada, Engines. {license_}, see LICENSE."
    )


def test_no_jinja_is_left(generate: Callable[..., Path]) -> None:
    texts = {name: content.decode() for name, content in files_of(generate()).items()}
    left = {
        name: found.group()
        for name, text in texts.items()
        if (found := re.search(r"\{[{%#].*", text)) and not name.startswith("environment/")
    }
    assert left == {}
    assert [name for name, text in texts.items() if re.search(r"\bcookiecutter\.", name + text)] == []


def test_what_is_copied_without_rendering_has_no_jinja_to_render(template: Path) -> None:
    questions = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    for pattern in questions["_copy_without_render"]:
        copied = [
            path for path in (template / PROJECT).glob(pattern.replace("/*", "/**/*")) if path.is_file()
        ]
        assert copied, f"{pattern} matches nothing"
        assert [path.name for path in copied if b"cookiecutter." in path.read_bytes()] == []


def test_the_environment_is_the_same_bytes_in_every_project(
    generate: Callable[..., Path], template: Path
) -> None:
    made = generate(project_name="Another one", seed="7", author="Ada", license="none")
    expected = files_of(template / PROJECT / "environment")
    assert "requirements/cpu.txt" in expected
    assert files_of(made / "environment") == expected


def test_the_same_answers_make_the_same_bytes(generate: Callable[..., Path]) -> None:
    answers = FREE_TEXT | {"project_name": FREE_TEXT["emoji"], "project": "twice", "seed": "7"}
    one, two = generate("one", **answers), generate("two", **answers)
    assert files_of(one) == files_of(two)
    assert [stat.S_IMODE((one / name).stat().st_mode) for name in files_of(one)] == [
        stat.S_IMODE((two / name).stat().st_mode) for name in files_of(two)
    ]


def test_every_text_file_has_unix_line_ends_and_ends_in_one(generate: Callable[..., Path]) -> None:
    contents = files_of(generate())
    assert [name for name, content in contents.items() if b"\r" in content] == []
    assert [name for name, content in contents.items() if content and not content.endswith(b"\n")] == []


@pytest.mark.parametrize("text", FREE_TEXT.values(), ids=FREE_TEXT.keys())
def test_free_text_comes_out_as_it_was_given(text: str, generate: Callable[..., Path]) -> None:
    made = generate(project="x", project_name=text, description=text, author=text, lab=text)
    project = tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    experiment = tomllib.loads((made / "experiment.toml").read_text(encoding="utf-8"))["experiment"]
    page = shown((made / "README.md").read_text(encoding="utf-8"))
    assert (project["description"], project["authors"]) == (text, [{"name": text}])
    assert experiment["name"] == text
    assert page[:2] == [text, text]
    assert page[-1].startswith(f"Copyright (c) {text}, {text}. MIT")
    assert f"\nCopyright (c) {text}, {text}\n" in (made / "LICENSE").read_text(encoding="utf-8")


def test_free_text_stands_in_no_other_file(generate: Callable[..., Path]) -> None:
    made = generate(project="x", project_name="Qzx", description="Qzx", author="Qzx", lab="Qzx")
    named = {name for name, content in files_of(made).items() if b"Qzx" in content}
    assert named == {"LICENSE", "README.md", "experiment.toml", "pyproject.toml"}


def test_the_seed_and_the_name_reach_the_experiment(generate: Callable[..., Path]) -> None:
    made = generate(project="my-digits", seed="4294967295")
    experiment = tomllib.loads((made / "experiment.toml").read_text(encoding="utf-8"))
    project = tomllib.loads((made / "pyproject.toml").read_text(encoding="utf-8"))
    assert experiment["seed"] == 4294967295
    assert experiment["experiment"]["package"] == "my_digits"
    assert project["project"]["name"] == "my-digits"


def test_git_ignores_the_results_and_no_folder_of_the_code(generate: Callable[..., Path]) -> None:
    ignored = (generate() / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/data/", "/runs/", "/local.mk"} <= set(ignored)
    assert not {"data/", "runs/"} & set(ignored)
