"""What follows from the policy and the locks, and that it is noticed where it does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samebits import derived, locks, policy

if TYPE_CHECKING:
    from pathlib import Path

RULES = policy.load()
# Text in which no marker line can stand by chance.
TEXTS = st.text(st.characters(exclude_characters="#\r", exclude_categories=["Cs"]))


def test_what_is_committed_follows_from_the_policy_and_the_locks(
    template_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(template_project)
    assert derived.main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_a_dockerfile_sets_the_variables_of_its_variant_and_no_other(variant: policy.Variant) -> None:
    env, _ = derived.docker_block(RULES, variant).split("LABEL ")
    found = dict(re.findall(r'(\w+)="([^"]*)"', env))
    assert found.pop("SAMEBITS_POLICY") == RULES.digest
    assert found.pop("SAMEBITS_LOCK") == locks.read(locks.path_for(variant, "x86_64")).digest
    assert found == {variable.name: variable.value for variable in RULES.for_variant(variant)}


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_the_labels_tell_versions_and_digests(variant: policy.Variant) -> None:
    _, labels = derived.docker_block(RULES, variant).split("LABEL ")
    found = dict(re.findall(r'([\w.-]+)="([^"]*)"', labels))
    lock = locks.read(locks.path_for(variant, "x86_64"))
    assert found["samebits.variant"] == variant
    assert (found["samebits.lock"], found["samebits.policy"]) == (lock.digest, RULES.digest)
    assert found["samebits.version.numpy"] == lock.pins["numpy"]
    assert found["samebits.version.tensorflow"].startswith("2.")


def test_the_page_lists_every_variable_with_its_value_and_reason() -> None:
    rows = [
        line.strip("| ").split(" | ") for line in derived.policy_page(RULES).splitlines() if line[:3] == "| `"
    ]
    told = [(f"`{v.name}`", f"`{v.value}`", v.scope, v.reason) for v in RULES.variables]
    assert [tuple(row) for row in rows] == told


def test_the_page_lists_every_rule() -> None:
    page = derived.policy_page(RULES)
    for rule in (*RULES.refused, *RULES.families):
        assert f"* `{rule.pattern}`: {rule.reason}" in page
    for rule in RULES.harmless:
        assert f"`{rule.pattern}`" in page


@given(before=TEXTS, old=TEXTS, after=TEXTS, new=TEXTS)
def test_only_what_stands_between_the_marker_lines_is_replaced(
    before: str, old: str, after: str, new: str
) -> None:
    begin, end = derived.BEGIN + "\n", derived.END + "\n"
    text = f"{before}\n{begin}{old}\n{end}{after}"
    replaced = derived.replace_block(text, f"{new}\n")
    assert replaced == f"{before}\n{begin}{new}\n{end}{after}"
    assert derived.replace_block(replaced, f"{new}\n") == replaced


@pytest.mark.parametrize("text", ["", "FROM debian\n", f"{derived.BEGIN}\nENV A=1\n", f"{derived.END}\n"])
def test_a_dockerfile_without_the_marker_lines_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"marker lines .* are missing"):
        derived.replace_block(text, "ENV A=1\n")


@pytest.fixture
def copy(template_project: Path, tmp_path: Path) -> Path:
    """The half of a project that the script reads and writes."""
    folder = tmp_path / "copy"
    shutil.copytree(
        template_project / "environment", folder / "environment", ignore=shutil.ignore_patterns("__pycache__")
    )
    for variant in ("cpu", "gpu"):
        text = f"FROM scratch\n{derived.BEGIN}\n{derived.END}\nWORKDIR /project\n"
        (folder / f"Dockerfile.{variant}").write_text(text, encoding="utf-8")
    _derive(folder, "--write")
    return folder


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        (
            "environment/policy.toml",
            'value = "8"',
            'value = "4"',
            {"Dockerfile.cpu", "Dockerfile.gpu", "POLICY.md"},
        ),
        ("environment/policy.toml", "# The", "# This", {"Dockerfile.cpu", "Dockerfile.gpu"}),
        ("environment/requirements/cpu.txt", "numpy==", "numpy==9", {"Dockerfile.cpu"}),
        ("Dockerfile.gpu", 'PYTHONHASHSEED="0"', 'PYTHONHASHSEED="1"', {"Dockerfile.gpu"}),
        ("environment/POLICY.md", "machine", "planet", {"POLICY.md"}),
    ],
)
def test_each_file_that_is_out_of_date_is_named_and_mended(
    copy: Path, file: str, old: str, new: str, stale: set[str]
) -> None:
    assert _derive(copy, "--check") == (0, "")
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    status, told = _derive(copy, "--check")
    assert status == 1
    assert {line.split(": ")[0].rsplit("/", 1)[-1] for line in told.splitlines()} == stale
    assert "out of date" in told
    assert _derive(copy, "--write")[0] == 0
    assert _derive(copy, "--check") == (0, "")


def test_a_check_writes_nothing(copy: Path) -> None:
    (copy / "environment" / "POLICY.md").unlink()
    assert _derive(copy, "--check")[0] == 1
    assert not (copy / "environment" / "POLICY.md").exists()


def _derive(project: Path, action: str) -> tuple[int, str]:
    command = [sys.executable, "-S", "environment/samebits/derived.py", action]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout
