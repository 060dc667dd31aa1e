"""The start-up hook, in fresh processes that only `samebits.pth` makes different from plain ones."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runtime.conftest import Python

DRAWS = {
    "random": "import random; print(random.random(), random.sample(range(1000), 5))",
    "numpy": "import numpy as np; print(np.random.rand(3), np.random.permutation(9))",
    "scikit-learn": (
        "from sklearn.model_selection import train_test_split as split; print(split(list(range(50))))"
    ),
}


@pytest.mark.parametrize("code", DRAWS.values(), ids=DRAWS.keys())
def test_a_program_without_any_seed_draws_the_same_in_every_process(
    code: str, plain_python: Python, hooked_python: Python, tmp_path: Path
) -> None:
    assert plain_python.out(code, tmp_path) != plain_python.out(code, tmp_path)
    assert hooked_python.out(code, tmp_path) == hooked_python.out(code, tmp_path)


@pytest.mark.parametrize("code", DRAWS.values(), ids=DRAWS.keys())
def test_another_seed_draws_otherwise(code: str, hooked_python: Python, tmp_path: Path) -> None:
    one, two, again = (hooked_python.out(code, tmp_path, SAMEBITS_SEED=seed) for seed in ("1", "2", "1"))
    assert one == again != two


def test_a_seed_that_the_program_sets_itself_wins(
    plain_python: Python, hooked_python: Python, tmp_path: Path
) -> None:
    code = "import random, numpy as np; random.seed(5); np.random.seed(6)\n"
    code += "print(random.random(), np.random.rand())"
    assert hooked_python.out(code, tmp_path) == plain_python.out(code, tmp_path)


def test_a_program_draws_what_it_would_after_a_seed_call_of_its_own(
    plain_python: Python, hooked_python: Python, tmp_path: Path
) -> None:
    draw = "print(random.random(), np.random.rand())"
    explicit = f"import random, numpy as np; random.seed(7); np.random.seed(7); {draw}"
    seeded = hooked_python.out(f"import random, numpy as np; {draw}", tmp_path, SAMEBITS_SEED="7")
    assert seeded == plain_python.out(explicit, tmp_path)


@pytest.mark.parametrize(
    "before",
    [
        "import importlib.util; importlib.util.find_spec('random')",  # how libraries ask whether one is there
        "import random; random.random(); import importlib; importlib.reload(random)",
    ],
)
def test_a_module_is_seeded_whatever_was_done_with_its_name_before(
    before: str, hooked_python: Python, tmp_path: Path
) -> None:
    code = "import random; print(random.random())"
    assert hooked_python.out(f"{before}; {code}", tmp_path) == hooked_python.out(code, tmp_path)


def test_workers_that_are_started_by_the_program_are_seeded_too(
    hooked_python: Python, tmp_path: Path
) -> None:
    code = (
        "import subprocess, sys; command = [sys.executable, '-c', 'import random; print(random.random())'];"
        "print(*{subprocess.check_output(command) for _ in range(2)})"
    )
    assert hooked_python.out(code, tmp_path).count("\\n") == 1


def test_nothing_that_the_program_does_not_import_is_imported_at_start(
    plain_python: Python, hooked_python: Python, tmp_path: Path
) -> None:
    (tmp_path / "experiment.toml").write_text("seed = 3\n", encoding="utf-8")
    code = "import sys; print(sorted(sys.modules))"
    plain, hooked = (
        set(ast.literal_eval(python.out(code, tmp_path))) for python in (plain_python, hooked_python)
    )
    assert hooked - plain == {"__future__", "samebits", "samebits.startup"}


def test_a_program_that_does_not_use_tensorflow_does_not_import_it(
    hooked_python: Python, tmp_path: Path
) -> None:
    code = "import random, numpy as np, sys; np.random.rand()\n"
    code += "print({'tensorflow', 'keras'} & sys.modules.keys())"
    assert hooked_python.out(code, tmp_path) == "set()"


SEED = "from samebits import startup; print(startup.seed())"


@pytest.mark.parametrize(
    ("content", "environ", "seed"),
    [
        (None, {}, "42"),
        ("seed = 3\n", {}, "3"),
        ("seed = 3\n", {"SAMEBITS_SEED": "4"}, "4"),
        ("seed = 3\n", {"SAMEBITS_SEED": "0"}, "0"),
        (None, {"SAMEBITS_SEED": "4294967295"}, "4294967295"),
        ("[data]\nseed = 3\n", {}, "42"),
        ("seed = -3\n", {}, "42"),  # the verbs complain about these, any other program goes on
        ("seed = ", {}, "42"),
        ('seed = "3"\n', {}, "42"),
    ],
)
def test_the_seed_comes_from_the_variable_then_the_experiment_then_the_default(
    content: str | None, environ: dict[str, str], seed: str, hooked_python: Python, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "experiment.toml").write_text(content, encoding="utf-8")
    assert hooked_python.out(SEED, tmp_path, **environ) == seed


def test_the_projects_seed_holds_wherever_the_program_is_started(
    hooked_python: Python, tmp_path: Path
) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    (project / "experiment.toml").write_text("seed = 3\n", encoding="utf-8")
    assert hooked_python.out(SEED, elsewhere, SAMEBITS_PROJECT=str(project)) == "3"


@pytest.mark.parametrize("seed", ["", "abc", "-1", "4294967296", "1.0", "0x10", " 1"])
@pytest.mark.parametrize("program", ["import random", "import numpy.random"])
def test_a_seed_that_is_none_ends_the_program_with_one_sentence(
    seed: str, program: str, hooked_python: Python, tmp_path: Path
) -> None:
    done = hooked_python.run(f"{program}; print('went on')", tmp_path, SAMEBITS_SEED=seed)
    assert done.returncode == 2
    assert done.stderr == f"error: SAMEBITS_SEED={seed!r}: expected an integer in 0…4294967295\n"
    assert done.stdout == ""


def test_the_code_of_the_project_can_be_imported(hooked_python: Python, tmp_path: Path) -> None:
    (tmp_path / "src" / "digits").mkdir(parents=True)
    (tmp_path / "src" / "digits" / "__init__.py").write_text("CLASSES = 10\n", encoding="utf-8")
    code = "import digits; print(digits.CLASSES)"
    assert hooked_python.out(code, tmp_path, SAMEBITS_PROJECT=str(tmp_path)) == "10"


def test_the_projects_code_shadows_no_installed_package(hooked_python: Python, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "numpy.py").write_text("", encoding="utf-8")
    code = "import numpy; print(numpy.__version__)"
    assert hooked_python.out(code, tmp_path, SAMEBITS_PROJECT=str(tmp_path))


def test_a_python_whose_runtime_is_gone_still_starts(hooked_python: Python, tmp_path: Path) -> None:
    assert hooked_python.out("print(1)", tmp_path, SAMEBITS_HOME=str(tmp_path / "gone")) == "1"


@pytest.mark.parametrize(
    ("kind", "options", "active"),
    [("hooked", [], "True"), ("hooked", ["-S"], "False"), ("plain", [], "False")],
)
def test_the_guard_knows_whether_the_hook_was_there_from_the_start(
    kind: str,
    options: list[str],
    active: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    environment: Path,
    packages: Path,
) -> None:
    python = request.getfixturevalue(f"{kind}_python")
    # Without `site` even the packages have to be put on the path by hand.
    code = f"import sys; sys.path += [{str(environment)!r}, {str(packages)!r}]\n"
    code += "from samebits import cli, config, guard; print(guard.observe().hook_active)"
    assert python.out(code, tmp_path, *options) == active
