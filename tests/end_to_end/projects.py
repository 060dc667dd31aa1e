"""Generated projects, and the make targets of one engine in them."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from cookiecutter.main import cookiecutter

SECONDS_FOR_A_BUILD = 1800
_OWN_FOLDERS = ("cookiecutters", "replay")  # of cookiecutter, otherwise in the home folder


@dataclass(frozen=True)
class Project:
    """A generated project and the engine that its make targets use."""

    folder: Path
    engine: str
    environ: dict[str, str] = field(default_factory=dict)

    def make(self, target: str, arguments: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a make target; the caller asserts on status and output."""
        command = ["make", "--no-print-directory", target, f"ENGINE={self.engine}", f"ARGS={arguments}"]
        command += [f"{name}={value}" for name, value in variables.items()]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | self.environ,
            capture_output=True,
            text=True,
            timeout=SECONDS_FOR_A_BUILD,
            check=False,
        )

    def must(self, target: str, arguments: str = "", **variables: str) -> str:
        """Run a make target that is expected to end with status 0, and return what it printed."""
        done = self.make(target, arguments, **variables)
        assert done.returncode == 0, f"make {target} {arguments}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr


def generated(template: Path, folder: Path, name: str) -> Path:
    """A project generated into a folder; the spaces in its path are meant."""
    settings = folder / "cookiecutter.yaml"
    settings.write_text(json.dumps({f"{kind}_dir": str(folder / kind) for kind in _OWN_FOLDERS}))
    made = cookiecutter(
        str(template),
        no_input=True,
        extra_context={"project_name": name},
        output_dir=str(folder),
        config_file=str(settings),
    )
    return Path(made)


def copy_of(project: Project, folder: Path, *, without: tuple[str, ...]) -> Project:
    """The project copied to a new folder, to be changed there, without some of its top-level folders."""

    def ignore(directory: str, _: list[str]) -> tuple[str, ...]:
        return without if Path(directory) == project.folder else ()

    shutil.copytree(project.folder, folder, ignore=ignore)
    return Project(folder, project.engine, project.environ)


def image_of(project: Project) -> str:
    return f"samebits/{project.folder.name}:cpu"
