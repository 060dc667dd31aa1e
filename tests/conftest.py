"""Projects made from the template as users make them, away from this machine's own settings."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from cookiecutter.main import cookiecutter

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[1]

# The same examples in every run, as anything else here.
hypothesis.settings.register_profile("samebits", derandomize=True, deadline=None)
hypothesis.settings.load_profile("samebits")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as a clone would have it: without byte code, caches and other ignored files."""
    copy = tmp_path_factory.mktemp("template")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = REPOSITORY / name, copy / name
        if source.is_symlink() or source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    return copy


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git and cookiecutter as on a new machine, where nobody has set them up."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{name}_NAME", raising=False)
        monkeypatch.delenv(f"GIT_{name}_EMAIL", raising=False)
    monkeypatch.delenv("EMAIL", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))


@pytest.fixture
def cookiecutter_config(tmp_path: Path) -> Path:
    path = tmp_path / "cookiecutter.yaml"
    folders = {f"{name}_dir": str(tmp_path / name) for name in ("cookiecutters", "replay")}
    path.write_text(json.dumps(folders), encoding="utf-8")  # JSON is YAML
    return path


@pytest.fixture
def generate(template: Path, tmp_path: Path, cookiecutter_config: Path) -> Callable[..., Path]:
    """Make a project in a folder below the temporary one from the defaults and these answers."""

    def run(folder: str = "made", /, **answers: str) -> Path:
        output = tmp_path / folder
        output.mkdir(exist_ok=True)
        made = cookiecutter(
            str(template),
            no_input=True,
            extra_context=answers,
            output_dir=str(output),
            config_file=str(cookiecutter_config),
        )
        return Path(made)

    return run
