"""Files that are there whole or not at all, whatever happens to the process that writes them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samebits import files


class FullDiskError(Exception):
    pass


def fill_the_disk(path: Path) -> None:
    path.write_text("ha", encoding="utf-8")
    raise FullDiskError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def test_a_file_appears_under_its_name_when_it_is_complete(place: Path) -> None:
    path = place / "new" / "model.keras"
    with files.replacing(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        assert not path.exists()
        temporary.write_text("whole", encoding="utf-8")
    assert path.read_text(encoding="utf-8") == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_the_temporary_file_stands_beside_the_file_and_keeps_its_suffix(place: Path) -> None:
    with files.replacing(place / "model.keras") as temporary:
        assert temporary.parent == place  # a rename between file systems would copy
        assert temporary.suffix == ".keras"
        temporary.touch()


def test_the_old_file_stays_when_writing_fails(place: Path) -> None:
    path = place / "record.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FullDiskError), files.replacing(path) as temporary:
        fill_the_disk(temporary)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(place.iterdir()) == [path]


def test_nothing_is_left_when_the_body_writes_nothing(place: Path) -> None:
    path = place / "record.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FileNotFoundError), files.replacing(path):
        pass
    assert path.read_text(encoding="utf-8") == "old"
    assert list(place.iterdir()) == [path]


def test_a_folder_appears_under_its_name_when_it_is_complete(place: Path) -> None:
    folder = place / "data" / "prepared"
    with files.building(folder) as temporary:
        (temporary / "deep").mkdir()
        (temporary / "deep" / "shard").write_text("1", encoding="utf-8")
        assert not folder.exists()
    assert (folder / "deep" / "shard").read_text(encoding="utf-8") == "1"
    assert list(folder.parent.iterdir()) == [folder]


def test_a_new_folder_takes_the_place_of_the_whole_old_one(place: Path) -> None:
    folder = place / "prepared"
    folder.mkdir()
    (folder / "old-shard").touch()
    with files.building(folder) as temporary:
        (temporary / "new-shard").touch()
        assert (folder / "old-shard").exists()
    assert [path.name for path in folder.iterdir()] == ["new-shard"]
    assert list(place.iterdir()) == [folder]


def test_the_old_folder_stays_when_building_fails(place: Path) -> None:
    folder = place / "prepared"
    folder.mkdir()
    (folder / "old-shard").touch()
    with pytest.raises(FullDiskError), files.building(folder) as temporary:
        fill_the_disk(temporary / "new-shard")
    assert [path.name for path in folder.iterdir()] == ["old-shard"]
    assert list(place.iterdir()) == [folder]


HANGING = """\
import sys, time
from pathlib import Path
from samebits import files

with files.{context}(Path({path!r})) as temporary:
    (temporary / "shard" if {context!r} == "building" else temporary).write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def _kill_in_the_middle(context: str, path: Path, environment: Path) -> None:
    code = HANGING.format(context=context, path=str(path))
    with subprocess.Popen(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(environment)}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_a_killed_process_leaves_the_old_file_and_the_next_one_cleans_up(
    place: Path, environment: Path
) -> None:
    path = place / "record.json"
    path.write_text("old", encoding="utf-8")
    other = place / f"{files.PARTIAL}1-my-record.json"  # another file's, whose name ends alike
    other.touch()
    _kill_in_the_middle("replacing", path, environment)
    assert path.read_text(encoding="utf-8") == "old"
    assert len(list(place.iterdir())) == 3

    files.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert sorted(place.iterdir()) == [other, path]


def test_a_killed_process_leaves_the_old_folder_and_the_next_one_cleans_up(
    place: Path, environment: Path
) -> None:
    folder = place / "prepared"
    folder.mkdir()
    (folder / "old-shard").touch()
    other = place / f"{files.PARTIAL}1-not-prepared"
    other.mkdir()
    _kill_in_the_middle("building", folder, environment)
    assert [path.name for path in folder.iterdir()] == ["old-shard"]
    assert len(list(place.iterdir())) == 3

    with files.building(folder) as temporary:
        (temporary / "new-shard").touch()
    assert [path.name for path in folder.iterdir()] == ["new-shard"]
    assert sorted(place.iterdir()) == [other, folder]


def test_a_folder_whose_old_version_was_moved_away_when_the_process_died_is_built_anew(place: Path) -> None:
    folder = place / "prepared"
    old = place / f"{files.PARTIAL}old-prepared"
    old.mkdir()
    (old / "old-shard").touch()
    with files.building(folder) as temporary:
        (temporary / "new-shard").touch()
    assert [path.name for path in folder.iterdir()] == ["new-shard"]
    assert list(place.iterdir()) == [folder]


@given(st.dictionaries(st.text(), st.text() | st.floats(allow_nan=False) | st.none()))
def test_json_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]
) -> None:
    path = tmp_path_factory.mktemp("json") / "value.json"
    files.write_json(path, value)
    assert json.loads(path.read_text(encoding="utf-8")) == value


def test_text_is_written_as_utf_8_whatever_the_locale(place: Path, environment: Path) -> None:
    path = place / "page.md"
    code = "from pathlib import Path; from samebits import files\n"
    code += f"files.write_text(Path({str(path)!r}), '\\u2192')"
    environ = {"PYTHONPATH": str(environment), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)
    assert path.read_bytes() == "→".encode()


def test_a_second_process_is_kept_out_of_a_folder_that_is_being_written(tmp_path: Path) -> None:
    program = "import sys; from pathlib import Path; from samebits.files import locked\n"
    program += "with locked(Path(sys.argv[1])): print('entered')"
    command = [sys.executable, "-c", program, str(tmp_path)]
    environ = os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[1])}
    with files.locked(tmp_path):
        refused = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "another process is writing there" in refused.stderr
    entered = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert entered.stdout == "entered\n"
