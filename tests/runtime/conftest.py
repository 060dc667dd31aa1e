"""What the runtime's tests start from: a sound situation, a finished run, examples, a Python with the hook.

The factories have the scope of the session because property tests call them for each of their examples.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from samebits import config, guard, locks, policy
from samebits.data.examples import Example
from samebits.guard import cpu
from samebits.runs import record as records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

PACKAGES = Path(np.__file__).parents[1]
REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "{{cookiecutter.project}}"

EXPERIMENT = """\
seed = 42

[experiment]
name = "Digits"
package = "digits"

[data]
task = "classification"
classes = ["ant", "bee", "cat"]
seed = 7
examples_per_shard = 4
allow_duplicates = false

[data.split]
train = 0.6
validation = 0.2
test = 0.2

[training]
epochs = 2
batch_size = 4
learning_rate = 1e-3
shuffle_window = 8
augment = true

[model]
units = 8
activation = "relu"
"""


@pytest.fixture(autouse=True)
def _no_settings_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SAMEBITS_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def template_project() -> Path:
    """The folder of the template that becomes a project."""
    return PROJECT


@pytest.fixture(scope="session")
def environment(template_project: Path) -> Path:
    return template_project / "environment"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder with an experiment.toml and no code, which is the present one."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / config.FILE).write_text(EXPERIMENT, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def experiment(project: Path) -> config.Experiment:
    return config.load(project)


@pytest.fixture(scope="session")
def tensorflow() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="session")
def settings() -> Callable[..., config.Data]:
    """Make the `[data]` table, with changes."""

    def make(**changes: Any) -> config.Data:
        table: dict[str, Any] = {
            "task": "classification",
            "classes": ["ant", "bee", "cat"],
            "seed": 7,
            "split": {"train": 0.6, "validation": 0.2, "test": 0.2},
            "examples_per_shard": 4,
        }
        return config.Data.model_validate(table | changes)

    return make


@pytest.fixture(scope="session")
def examples() -> Callable[..., list[Example]]:
    """Make so many examples, their labels in turn; `image` is different in each."""

    def make(count: int = 30, classes: int = 3) -> list[Example]:
        return [
            Example(
                key=f"example-{number:03d}",
                features={
                    "image": np.array([[number, number % 7], [number % 5, 1]], np.uint8),
                    "weight": np.array(number / 4, np.float32),
                },
                label=number % classes,
            )
            for number in range(count)
        ]

    return make


@pytest.fixture(scope="session")
def situation() -> Callable[..., guard.Situation]:
    """Make the situation of a sound process in the image, with changes."""

    def make(**changes: Any) -> guard.Situation:
        rules = policy.load()
        lock = locks.read(locks.path_for("cpu", "x86_64"))
        environ = {variable.name: variable.value for variable in rules.for_variant("cpu")}
        environ |= {"PATH": "/usr/bin", "SAMEBITS_LOCK": lock.digest, "SAMEBITS_POLICY": rules.digest}
        sound: dict[str, Any] = {
            "policy": rules,
            "lock": lock,
            "engine": "image",
            "variant": "cpu",
            "environ": environ,
            "packages": dict(lock.pins),
            "python": f"{rules.image.python}.5",
            "machine": "x86_64",
            "system": rules.image.system,
            "glibc": rules.image.glibc,
            "cpu_model": "A CPU",
            "cpu_flags": cpu.X86_64_V3 | {"sse2"},
            "user_site": False,
            "hook_active": True,
            "keras_config": {},
            "host_changes": (),
        }
        return guard.Situation(**(sound | changes))

    return make


@pytest.fixture(scope="session")
def outcome() -> Callable[..., records.Outcome]:
    """Make what a run of two epochs computed, with changes."""

    def make(**changes: Any) -> records.Outcome:
        table: dict[str, Any] = {
            "initial_weights": {"dense/kernel": "sha256:01", "dense/bias": "sha256:02"},
            "metrics": ["sha256:11", "sha256:12"],
            "final_weights": {"dense/kernel": "sha256:21", "dense/bias": "sha256:22"},
            "predictions": "sha256:31",
            "history": {"loss": [0.5, 0.25], "accuracy": [0.75, 1.0]},
        }
        return records.Outcome.model_validate(table | changes)

    return make


@pytest.fixture(scope="session")
def record(outcome: Callable[..., records.Outcome]) -> Callable[..., records.Record]:
    """Make the record of a finished run.

    Changes go by the name of the field; `environment` and `hardware` take the changed fields alone, and
    `set` takes overrides as on the command line.
    """

    def make(
        *,
        environment: Mapping[str, Any] | None = None,
        hardware: Mapping[str, Any] | None = None,
        experiment: config.Experiment | None = None,
        **changes: Any,
    ) -> records.Record:
        surroundings = {
            "engine": "image",
            "variant": "cpu",
            "samebits": "0.1.0",
            "python": "3.13.5",
            "system": "Debian GNU/Linux 13",
            "glibc": "2.41",
            "lock": "sha256:aa",
            "policy": "sha256:bb",
            "variables": {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": None},
            "packages": {"keras": "3.15.1", "numpy": "2.4.6"},
            "revision": None,
        }
        table: dict[str, Any] = {
            "status": "complete",
            "name": "seed42-00000000",
            "command": ["samebits", "train"],
            "seed": 42,
            "smoke": False,
            "allow_drift": False,
            "config": experiment or _experiment(),
            "code": "sha256:cc",
            "data": "sha256:dd",
            "environment": records.Environment.model_validate(surroundings | dict(environment or {})),
            "hardware": records.Hardware.model_validate(
                {"machine": "x86_64", "cpu": "A CPU", "cores": 2} | dict(hardware or {})
            ),
            "findings_at_start": (),
            "started": "2026-11-20T10:00:00+00:00",
            "ended": "2026-11-20T10:00:09+00:00",
            "seconds": 9.0,
            "outcome": outcome(),
        }
        return records.Record.model_validate(table | changes)

    return make


def _experiment() -> config.Experiment:
    import tomllib

    return config.Experiment.model_validate(tomllib.loads(EXPERIMENT))


class Python:
    """A Python whose start the test decides, with the packages of the present one."""

    def __init__(self, executable: Path, environment: Path) -> None:
        self.executable = executable
        self.environment = environment

    def run(self, code: str, cwd: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run code in an environment of these variables alone."""
        return subprocess.run(
            [self.executable, *options, "-c", code],
            cwd=cwd,
            env={"SAMEBITS_HOME": str(self.environment), **environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def out(self, code: str, cwd: Path, *options: str, **environ: str) -> str:
        """What the code prints; it must end well."""
        done = self.run(code, cwd, *options, **environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def _made(folder: Path, environment: Path) -> tuple[Python, Path]:
    venv.create(folder, symlinks=True)
    executable = folder / "bin" / "python"
    command = [executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    packages = Path(found.stdout.strip())
    (packages / "packages.pth").write_text(f"{PACKAGES}\n", encoding="utf-8")
    return Python(executable, environment), packages


@pytest.fixture(scope="session")
def plain_python(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Python:
    """A Python without the start-up hook."""
    python, _ = _made(tmp_path_factory.mktemp("plain"), environment)
    return python


@pytest.fixture(scope="session")
def hooked_python(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Python:
    """A Python that only `samebits.pth` makes different from the plain one, as install.sh does."""
    python, packages = _made(tmp_path_factory.mktemp("hooked"), environment)
    (packages / "samebits.pth").write_text((environment / "samebits.pth").read_text(encoding="utf-8"))
    return python


@pytest.fixture(scope="session")
def bare_python() -> list[str]:
    """The command of a Python without any package but its own library."""
    return [sys.executable, "-I", "-S"]


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where the packages of the present Python are."""
    return PACKAGES
