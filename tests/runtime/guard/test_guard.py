"""The guard's checks: each with a sound situation that passes and the drift that it is there to find."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import pytest
from samebits import guard, policy
from samebits.guard import (
    Finding,
    Severity,
    Situation,
    cpu,
    describe,
    has_drifted,
    hook,
    host,
    image,
    keras_config,
    leaks,
    packages,
    python,
    user_site,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@pytest.mark.parametrize("building", [True, False])
def test_the_locked_environment_has_no_finding(situation: Callable[..., Situation], building: bool) -> None:
    assert guard.inspect(situation(), building=building) == ()


def test_no_check_of_the_package_is_forgotten() -> None:
    modules = [
        importlib.import_module(f"samebits.guard.{m.name}") for m in pkgutil.iter_modules(guard.__path__)
    ]
    # `determinism` takes no situation: it asks TensorFlow, before and after a run.
    checks = {module for module in modules if hasattr(module, "check")} - {
        importlib.import_module("samebits.guard.determinism")
    }
    assert set(guard.CHECKS) == checks


def test_an_image_may_be_built_on_a_cpu_that_it_could_not_run_on(situation: Callable[..., Situation]) -> None:
    old = situation(cpu_flags=frozenset({"sse2"}))
    assert guard.inspect(old, building=True) == ()
    assert has_drifted(guard.inspect(old))


# Each finding: the check, what was changed in the situation, how bad it is, and what it says.
FINDINGS: list[tuple[ModuleType, dict[str, Any], Severity, str]] = [
    (python, {"python": "3.12.9"}, ERROR, "Python 3.12.9 runs here, but the image is locked to 3.13"),
    (python, {"python": "3.1.3"}, ERROR, "Python 3.1.3 runs here, but the image is locked to 3.13"),
    (python, {"engine": "host", "python": "3.10.2"}, ERROR, "Python 3.10.2 is not served by the lock"),
    (python, {"engine": "none", "python": "3.14.0"}, ERROR, "Python 3.14.0 is not served by the lock"),
    (user_site, {"user_site": True}, ERROR, "the user's site-packages are on the path"),
    (hook, {"hook_active": False}, ERROR, "the start-up hook is not active"),
    (
        keras_config,
        {"keras_config": {"floatx": "float16"}},
        ERROR,
        "sets floatx to 'float16' instead of 'float32'",
    ),
    (keras_config, {"keras_config": {"epsilon": 1e-6}}, ERROR, "sets epsilon to 1e-06"),
    (keras_config, {"keras_config": {"image_data_format": "channels_first"}}, ERROR, "image_data_format"),
    (cpu, {"cpu_flags": cpu.X86_64_V3 - {"avx2", "fma"}}, ERROR, "A CPU is below x86-64-v3 (no avx2, fma)"),
    (cpu, {"machine": "aarch64", "cpu_flags": frozenset()}, WARNING, "aarch64 is not x86-64"),
    (host, {"engine": "none"}, ERROR, "started outside of the image and of the host engine"),
    (host, {"engine": "host", "python": "3.11.2"}, NOTE, "Python is 3.11.2 here and 3.13 in the image"),
    (host, {"engine": "host", "python": "3.130.1"}, NOTE, "Python is 3.130.1 here"),
    (host, {"engine": "host", "glibc": "2.36"}, NOTE, "glibc is 2.36 here and 2.41 in the image"),
    (host, {"engine": "host", "system": "Ubuntu 24.04"}, NOTE, "system is Ubuntu 24.04 here"),
    (
        host,
        {"engine": "host", "host_changes": ("A=1 was unset (x)",)},
        WARNING,
        "A=1 was unset (x) for this run",
    ),
]


@pytest.mark.parametrize(
    ("check", "changes", "severity", "what"),
    FINDINGS,
    ids=[f"{check.__name__.rsplit('.', 1)[-1]}: {what[:40]}" for check, _, _, what in FINDINGS],
)
def test_a_check_finds_its_drift_and_no_other_check_does(
    situation: Callable[..., Situation],
    check: ModuleType,
    changes: dict[str, Any],
    severity: Severity,
    what: str,
) -> None:
    changed = situation(**changes)
    [finding] = check.check(changed)
    assert what in finding.what
    assert finding.severity is severity
    assert finding.remedy
    assert finding.check == check.__name__.rsplit(".", 1)[-1]
    assert finding in guard.inspect(changed)


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (python, {"engine": "host", "python": "3.11.2"}),
        (python, {"engine": "host", "python": "3.12.0"}),
        (host, {"engine": "host"}),
        (host, {"engine": "image", "system": "Ubuntu 24.04"}),  # a lab's own base
        (keras_config, {"keras_config": {"floatx": "float32", "backend": "jax"}}),  # KERAS_BACKEND wins
        (cpu, {"cpu_flags": cpu.X86_64_V3 | {"avx512f", "amx_tile"}}),
    ],
)
def test_a_check_is_silent_where_nothing_has_drifted(
    situation: Callable[..., Situation], check: ModuleType, changes: dict[str, Any]
) -> None:
    assert list(check.check(situation(**changes))) == []


def test_every_way_in_which_packages_can_differ_from_the_lock_is_named(
    situation: Callable[..., Situation],
) -> None:
    installed = dict(situation().packages)
    version = installed.pop("keras")
    installed |= {"numpy": "1.0", "left-pad": "1.3"}
    found = list(packages.check(situation(packages=installed)))
    assert {finding.severity for finding in found} == {ERROR}
    told = [finding.what for finding in found]
    assert f"keras {version} is locked but not installed" in told
    assert "left-pad 1.3 is installed but does not stand in cpu.txt" in told
    assert any(what.startswith("numpy 1.0 is installed, but ") for what in told)
    assert len(told) == 3


@pytest.mark.parametrize("variable", policy.load().for_variant("cpu"), ids=lambda variable: variable.name)
@pytest.mark.parametrize("value", [None, "changed"])
def test_each_variable_of_the_policy_is_missed_where_it_is_unset_or_changed(
    situation: Callable[..., Situation], variable: policy.Variable, value: str | None
) -> None:
    environ = dict(situation().environ)
    del environ[variable.name]
    if value is not None:
        environ[variable.name] = value
    [finding] = guard.inspect(situation(environ=environ))
    assert finding.check == "variables"
    assert finding.severity is ERROR
    assert variable.name in finding.what
    assert repr(variable.value) in finding.what
    assert variable.name in finding.remedy


def test_the_remedy_for_a_variable_is_one_that_works_in_the_engine(
    situation: Callable[..., Situation],
) -> None:
    environ = {k: v for k, v in situation().environ.items() if k != "PYTHONHASHSEED"}
    [in_image] = variables.check(situation(environ=environ))
    [on_host] = variables.check(situation(environ=environ, engine="host"))
    assert "container" in in_image.remedy
    assert "make" in on_host.remedy


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("TF_XLA_FLAGS", "TF_XLA_FLAGS=1 has leaked in: read by TensorFlow"),
        ("LD_LIBRARY_PATH", "LD_LIBRARY_PATH=1 has leaked in"),
        ("NVIDIA_TF32_OVERRIDE", "NVIDIA_TF32_OVERRIDE=1 has leaked in"),
        ("TF_DISABLE_SCATTER_OP_DETERMINISM", "TF_DISABLE_SCATTER_OP_DETERMINISM=1 is refused: it lets"),
    ],
)
def test_a_variable_that_leaks_in_is_named_with_its_value_and_what_reads_it(
    situation: Callable[..., Situation], name: str, what: str
) -> None:
    [finding] = leaks.check(situation(environ={**situation().environ, name: "1"}))
    assert finding.severity is ERROR
    assert finding.what.startswith(what)
    assert name in finding.remedy


@pytest.mark.parametrize("name", ["SAMEBITS_LOCK", "SAMEBITS_POLICY"])
@pytest.mark.parametrize("declared", [None, "sha256:00"])
def test_an_image_whose_labels_do_not_tell_the_truth_is_found_out(
    situation: Callable[..., Situation], name: str, declared: str | None
) -> None:
    environ = {key: value for key, value in situation().environ.items() if key != name}
    if declared:
        environ[name] = declared
    [finding] = image.check(situation(environ=environ))
    assert finding.severity is ERROR
    assert f"{name}={declared or 'nothing'}" in finding.what
    assert list(image.check(situation(environ=environ, engine="host"))) == []


@pytest.mark.parametrize(
    ("severities", "drifted"),
    [([], False), ([NOTE, WARNING], False), ([NOTE, ERROR], True)],
)
def test_only_an_error_is_drift(severities: list[Severity], drifted: bool) -> None:
    findings = [Finding("a", severity, "what", "remedy") for severity in severities]
    assert has_drifted(findings) is drifted
    assert has_drifted(iter(findings)) is drifted


def test_findings_that_share_a_remedy_are_told_with_it_once() -> None:
    findings = [
        Finding("a", ERROR, "numpy differs", "build again"),
        Finding("a", ERROR, "keras differs", "build again"),
        Finding("b", NOTE, "the host differs", "nothing"),
    ]
    assert list(describe(findings)) == [
        "error: numpy differs",
        "error: keras differs",
        "    remedy: build again",
        "note: the host differs",
        "    remedy: nothing",
    ]
