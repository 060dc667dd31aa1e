"""What the guard sees of a real process."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from samebits import guard, launcher

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_that_nobody_prepared_has_drifted() -> None:
    situation = guard.observe()
    assert situation.engine == "none"
    assert guard.has_drifted(guard.inspect(situation))


@pytest.mark.parametrize(
    ("value", "engine"), [("image", "image"), ("host", "host"), ("docker", "none"), ("", "none")]
)
def test_only_the_image_and_the_host_engine_are_engines(
    monkeypatch: pytest.MonkeyPatch, value: str, engine: str
) -> None:
    monkeypatch.setenv("SAMEBITS_ENGINE", value)
    assert guard.observe().engine == engine


def test_packages_are_seen_by_their_normalized_names() -> None:
    packages = guard.observe().packages
    assert packages["numpy"] == version("numpy")
    assert packages["pydantic-core"] == version("pydantic-core")
    assert all(name == name.lower() and "_" not in name for name in packages)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names of an x86-64 CPU")
def test_the_features_of_the_cpu_are_seen_by_the_names_that_the_check_uses() -> None:
    situation = guard.observe()
    assert "sse2" in situation.cpu_flags
    assert situation.cpu_model not in ("", "unknown")


def test_a_keras_configuration_is_seen_where_keras_would_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert guard.observe().keras_config == {}

    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"floatx": "float16"}', encoding="utf-8")
    assert guard.observe().keras_config == {"floatx": "float16"}

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "own"))
    assert guard.observe().keras_config == {}


@pytest.mark.parametrize("content", ["", "{", "[1]", "null"])
def test_a_keras_configuration_that_keras_could_not_read_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "keras.json").write_text(content, encoding="utf-8")
    assert guard.observe().keras_config == {}


def test_what_the_host_engine_changed_arrives_in_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(launcher.CHANGES, json.dumps(["OMP_NUM_THREADS=4 was set to 1"]))
    assert guard.observe().host_changes == ("OMP_NUM_THREADS=4 was set to 1",)


@pytest.mark.parametrize(("value", "variant"), [("gpu", "gpu"), ("cpu", "cpu")])
def test_the_lock_is_that_of_the_variant(monkeypatch: pytest.MonkeyPatch, value: str, variant: str) -> None:
    monkeypatch.setenv("SAMEBITS_VARIANT", value)
    situation = guard.observe()
    assert situation.variant == variant
    assert situation.lock.path.stem.removesuffix("-arm64") == variant
