"""Refuse answers that cannot work: all of them in one message, before a file is written.

Cookiecutter renders this file as a template and runs it under its own interpreter, so it needs
the standard library only, and Jinja's braces may stand in it only where the answers come in.
"""

from __future__ import annotations

import importlib.metadata
import json
import keyword
import os
import re
import shlex
import sys
import unicodedata
from dataclasses import dataclass

CONTEXT = json.loads(r"""{{ cookiecutter | jsonify }}""")
# The answers of the command line before cookiecutter rendered them, for it takes them for
# templates. cruft does not hand them on.
UNRENDERED = json.loads(r"""{{ _cookiecutter | default({}) | jsonify }}""")

ANSWERS = ("project_name", "project", "description", "author", "lab", "license", "starter", "seed")
CHOICES = {
    "license": ("MIT", "BSD-3-Clause", "Apache-2.0", "none"),
    "starter": ("image-classification",),
}
LONGEST_TEXT_CHARACTERS = {"project_name": 80, "description": 300, "author": 120, "lab": 120}
MAY_BE_EMPTY = ("description", "lab")
# A DNS label (RFC 1123), since the project may name hosts and cluster jobs as well as images.
LONGEST_PROJECT_CHARACTERS = 63
HIGHEST_SEED = 2**32 - 1  # of numpy.random.seed
OLDEST_COOKIECUTTER = (2, 7)

JINJA_OPENINGS = tuple("{" + second for second in ("{", "%", "#"))
# Control characters, undecodable bytes of a command line, line and paragraph separators.
UNPRINTABLE_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")

# Import names of what the project's locks install, in lower case since some file systems ignore
# case. Names that no project can have, such as _pytest, are left out.
INSTALLED_MODULES = frozenset(
    """
    absl annotated_doc annotated_types astunparse certifi charset_normalizer clang cloudpickle
    contourpy cycler dateutil flatbuffers fonttools gast google grpc h5py idna iniconfig joblib
    keras kiwisolver markdown_it matplotlib mdurl ml_dtypes mpl_toolkits namex narwhals numpy
    nvidia opt_einsum optree packaging pasta pil pip pkg_resources pluggy py pydantic
    pydantic_core pygments pylab pyparsing pytest requests rich samebits scipy setuptools
    shellingham six sklearn tensorflow termcolor threadpoolctl typer typing_extensions
    typing_inspection tzdata urllib3 wheel wrapt
    """.split()
)
PROJECT_FOLDERS = frozenset("data environment golden runs src tests".split())


@dataclass(frozen=True)
class Problem:
    """What is wrong with one answer, and a value to use instead where one suggests itself."""

    answer: str
    wrong: str
    right: str
    instead: str | None = None


def main() -> int:
    problems = [*problems_with_cookiecutter(), *problems_with_answers()]
    if problems:
        print(message(problems), file=sys.stderr)
    return 1 if problems else 0


def problems_with_cookiecutter() -> list[Problem]:
    try:
        version = importlib.metadata.version("cookiecutter")
    except importlib.metadata.PackageNotFoundError:
        return []
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= OLDEST_COOKIECUTTER:
        return []
    oldest = ".".join(str(part) for part in OLDEST_COOKIECUTTER)
    right = f"{oldest} or newer: python3 -m pip install --upgrade 'cookiecutter>={oldest}'"
    return [Problem("cookiecutter", f"version {version} is too old", right)]


def problems_with_answers() -> list[Problem]:
    found = [
        *(problem_with_text(name) for name in LONGEST_TEXT_CHARACTERS),
        problem_with_project(CONTEXT["project"], CONTEXT["__package"]),
        *(problem_with_choice(name) for name in CHOICES),
        problem_with_seed(CONTEXT["seed"]),
    ]
    problems = [problem for problem in found if problem]
    return sorted(problems, key=lambda problem: ANSWERS.index(problem.answer))


def problem_with_text(name: str) -> Problem | None:
    text = CONTEXT[name]
    longest = LONGEST_TEXT_CHARACTERS[name]
    printable = "".join(
        " " if unicodedata.category(character) in UNPRINTABLE_CATEGORIES else character for character in text
    )
    if any(opening in answer for answer in (text, UNRENDERED.get(name, "")) for opening in JINJA_OPENINGS):
        right = f"text without {', '.join(JINJA_OPENINGS)}"
        return Problem(name, "would be taken for a Jinja template", right)
    if not printable.strip() and name not in MAY_BE_EMPTY:
        return Problem(name, "is empty", f"1 to {longest} characters")
    if len(text) > longest:
        return Problem(name, f"has {len(text)} characters", f"at most {longest} characters")
    if printable != text:
        right = "one line of text, without tabs and other control characters"
        return Problem(name, "holds a control character", right, " ".join(printable.split()))
    if text.strip() != text:
        return Problem(name, "begins or ends with a space", "text without it", text.strip())
    return None


def problem_with_project(project: str, package: str) -> Problem | None:
    right = (
        f"1 to {LONGEST_PROJECT_CHARACTERS} lower-case letters a-z, digits and single hyphens, "
        "a letter first, no hyphen last"
    )
    if len(project) > LONGEST_PROJECT_CHARACTERS:
        return Problem("project", f"has {len(project)} characters", right, nearest(project))
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", project):
        wrong = "cannot name a folder, an image and a package at once"
        return Problem("project", wrong, right, nearest(project))
    taken_by = holder_of_module(package)
    if taken_by:
        wrong = f"its package {package} would have the name of {taken_by}"
        return Problem("project", wrong, "another name", nearest(f"{project}-experiment"))
    return None


def nearest(project: str) -> str | None:
    """Return a project name that is allowed and resembles this one, if anything is left of it."""
    letters = unicodedata.normalize("NFKD", project).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", letters).lstrip("-0123456789")
    name = words[:LONGEST_PROJECT_CHARACTERS].rstrip("-")
    return name if name and not holder_of_module(name.replace("-", "_")) else None


def holder_of_module(module: str) -> str | None:
    if keyword.iskeyword(module) or module in {*keyword.softkwlist, "type"}:  # type: since 3.12
        return "a Python keyword"
    # Missing in Python 3.9, which runs no cookiecutter that is new enough.
    if module in getattr(sys, "stdlib_module_names", ()):
        return "a module of Python's standard library"
    if module in INSTALLED_MODULES:
        return "a module that the environment installs"
    if module in PROJECT_FOLDERS:
        return "a folder of the project"
    return None


def problem_with_choice(name: str) -> Problem | None:
    """Check what cookiecutter itself does not: the choices in a file given to --replay-file."""
    if CONTEXT[name] in CHOICES[name]:
        return None
    return Problem(name, "is not one of the choices", f"one of {', '.join(CHOICES[name])}")


def problem_with_seed(seed: str) -> Problem | None:
    # int() alone would also take spaces, signs, underscores and the digits of other scripts.
    if re.fullmatch(r"0|[1-9][0-9]{0,9}", seed) and int(seed) <= HIGHEST_SEED:
        return None
    right = f"a whole number from 0 to {HIGHEST_SEED}, written with digits only"
    return Problem("seed", "is not a seed", right)


def message(problems: list[Problem]) -> str:
    lines = ["", "samebits cannot make a project from these answers:"]
    for problem in problems:
        given = json.dumps(CONTEXT.get(problem.answer, ""), ensure_ascii=False)
        lines += [
            "",
            f"  {problem.answer}" + (f": {given}" if problem.answer in CONTEXT else ""),
            f"    wrong: {problem.wrong}",
            f"    right: {problem.right}",
        ]
        if problem.instead:
            lines.append(f"    for example: {problem.instead}")
    lines += [
        "",
        "Run again, with the answers that can stay; you are asked for the others:",
        "",
        f"  {command({problem.answer: problem.instead for problem in problems})}",
        "",
        "(Below this line cookiecutter says in its own words that it stopped.)",
    ]
    return "\n".join(lines)


def command(instead: dict[str, str | None]) -> str:
    """Return the command that repeats this one, with the refused answers replaced or left out."""
    kept = {name: instead.get(name, CONTEXT[name]) for name in ANSWERS}
    kept = {name: value for name, value in kept.items() if value is not None}
    template = CONTEXT.get("_template", "TEMPLATE")
    if "_repo_dir" not in CONTEXT:  # cruft
        return shlex.join(["cruft", "create", template, "--extra-context", json.dumps(kept)])
    words = ["cookiecutter", template]
    if CONTEXT["_checkout"]:
        words += ["--checkout", CONTEXT["_checkout"]]
    if CONTEXT["_output_dir"] != os.environ.get("PWD"):
        words += ["--output-dir", CONTEXT["_output_dir"]]
    return " ".join([shlex.join(words), *(f"{k}={shlex.quote(v)}" for k, v in kept.items())])


if __name__ == "__main__":
    sys.exit(main())
