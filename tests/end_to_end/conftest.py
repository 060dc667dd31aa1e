"""Generated projects with a real environment: the image, or the host engine's virtualenv."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import Project, generated, image_of

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def client() -> str:
    """The container client that the engine chooses."""
    script = "ENGINE=; . environment/container.sh; find_client && echo $client"
    folder = TOP / "{{cookiecutter.project}}"
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "no container engine answers; `make test` leaves these tests out then"
    return done.stdout.strip()


@pytest.fixture(scope="session")
def base() -> str:
    """The base image, made from Debian packages where no registry can be reached."""
    script = (
        "ENGINE=; . environment/container.sh; find_client; (find_base) || sh environment/base-image.sh >&2;"
        " find_base; echo $base"
    )
    folder = TOP / "{{cookiecutter.project}}"
    done = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="session")
def in_image(
    template: Path, base: str, client: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """A project with its CPU image built and its data prepared."""
    assert base
    folder = generated(template, tmp_path_factory.mktemp("in image"), "Digits in an image")
    project = Project(folder, "docker")
    project.must("build")
    project.must("prepare")
    yield project
    subprocess.run([client, "rmi", "--force", image_of(project)], capture_output=True, check=False)


@pytest.fixture(scope="session")
def on_host(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the host engine's virtualenv built and its data prepared."""
    folder = generated(template, tmp_path_factory.mktemp("on host"), "Digits on the host")
    project = Project(folder, "host", {"SAMEBITS_VENVS": str(TOP / ".cache" / "venvs")})
    project.must("build")
    project.must("prepare")
    return project
