"""The policy: every variable once, with its reason, and what does not belong beside it."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from samebits import policy

if TYPE_CHECKING:
    from pathlib import Path

RULES = policy.load()

ONE_VARIABLE = """\
[image]
python = "3.13"
system = "Debian"
glibc = "2.41"

[[variable]]
name = "{name}"
value = "{value}"
scope = "{scope}"
reason = "{reason}"

[[variable]]
name = "OMP_NUM_THREADS"
value = "1"
scope = "machine"
reason = "Sums."

[[refused]]
pattern = "TF_BAD"
reason = "is bad"

[[family]]
pattern = "TF_*"
reason = "read by TensorFlow"

[[harmless]]
pattern = "TF_BAD"
reason = "said to be harmless"
"""


@pytest.mark.parametrize("variable", RULES.variables, ids=lambda variable: variable.name)
def test_every_variable_says_why_it_is_set_in_a_sentence(variable: policy.Variable) -> None:
    assert variable.value
    assert variable.reason.endswith(".")
    assert len(variable.reason.split()) > 4


@pytest.mark.parametrize("variable", RULES.variables, ids=lambda variable: variable.name)
def test_no_variable_of_the_policy_is_itself_a_leak(variable: policy.Variable) -> None:
    assert RULES.leak(variable.name, "gpu") is None


def test_the_cpu_image_leaves_out_what_only_the_cuda_image_needs() -> None:
    cpu, gpu = (RULES.for_variant(variant) for variant in ("cpu", "gpu"))
    assert {variable.scope for variable in cpu} == {"machine", "portable"}
    assert [variable for variable in gpu if variable.scope != "gpu"] == list(cpu)
    assert gpu == RULES.variables


def test_a_variable_of_the_cuda_image_is_a_leak_in_the_cpu_image() -> None:
    for variable in set(RULES.for_variant("gpu")) - set(RULES.for_variant("cpu")):
        assert RULES.leak(variable.name, "cpu") is not None


@pytest.mark.parametrize(
    "name",
    [
        "TF_XLA_FLAGS",
        "TF_CUDNN_USE_AUTOTUNE",
        "TF_NUM_INTEROP_THREADS",
        "XLA_FLAGS",
        "ONEDNN_DEFAULT_FPMATH_MODE",
        "DNNL_MAX_CPU_ISA",
        "OMP_PROC_BIND",
        "GOMP_CPU_AFFINITY",
        "KMP_AFFINITY",
        "OPENBLAS_VERBOSE",
        "NPY_ENABLE_CPU_FEATURES",
        "SCIPY_ARRAY_API",
        "KERAS_NNX_ENABLED",
        "CUDNN_LOGDEST_DBG",
        "CUBLAS_WORKSPACE_CONFIG",
        "NVIDIA_TF32_OVERRIDE",
        "LD_LIBRARY_PATH",
        "LD_PRELOAD",
        "GLIBC_TUNABLES",
        "PYTHONPATH",
        "PYTHONHOME",
        "PYTHONOPTIMIZE",
    ],
)
def test_a_variable_that_the_libraries_read_leaks_in(name: str) -> None:
    rule = RULES.leak(name, "cpu")
    assert rule is not None
    assert rule.reason
    assert not RULES.is_refused(name)


@pytest.mark.parametrize(
    "name", ["PATH", "HOME", "LANG", "TERM", "CUDA_VISIBLE_DEVICES", "SAMEBITS_SEED", "TF", "XPYTHONPATH"]
)
def test_a_variable_that_no_library_reads_may_be_set(name: str) -> None:
    assert RULES.leak(name, "cpu") is None


@pytest.mark.parametrize("rule", RULES.harmless, ids=lambda rule: rule.pattern)
def test_what_is_called_harmless_is_an_exception_to_a_family(rule: policy.Rule) -> None:
    name = rule.pattern.replace("*", "X")
    assert RULES.leak(name, "cpu") is None
    assert any(family.matches(name) for family in RULES.families)


@pytest.mark.parametrize("rule", RULES.refused, ids=lambda rule: rule.pattern)
def test_an_escape_hatch_is_refused_in_both_images(rule: policy.Rule) -> None:
    assert RULES.is_refused(rule.pattern)
    assert RULES.leak(rule.pattern, "cpu") == RULES.leak(rule.pattern, "gpu") == rule


def test_what_is_refused_stays_refused_when_it_is_called_harmless_too(tmp_path: Path) -> None:
    rules = policy.load(_policy(tmp_path, name="A"))
    leak = rules.leak("TF_BAD", "cpu")
    assert leak is not None
    assert leak.reason == "is bad"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "OMP_NUM_THREADS"}, "OMP_NUM_THREADS stands there twice"),
        ({"value": ""}, "A needs a value and a reason"),
        ({"reason": ""}, "A needs a value and a reason"),
        ({"scope": "galaxy"}, "A has the unknown scope 'galaxy'"),
    ],
)
def test_a_wrong_policy_is_refused_by_the_name_of_file_and_variable(
    tmp_path: Path, change: dict[str, str], told: str
) -> None:
    path = _policy(tmp_path, **change)
    with pytest.raises(ValueError, match=told) as error:
        policy.load(path)
    assert str(error.value).startswith(str(path))


def test_the_digest_is_that_of_the_file(environment: Path) -> None:
    content = (environment / "policy.toml").read_bytes()
    assert RULES.digest == "sha256:" + hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("module", ["policy", "locks", "derived", "launcher", "startup"])
def test_what_runs_before_anything_is_installed_needs_the_standard_library_only(
    bare_python: list[str], environment: Path, module: str
) -> None:
    code = f"import sys; sys.path.append({str(environment)!r}); import samebits.{module}"
    done = subprocess.run([*bare_python, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _policy(folder: Path, **changes: str) -> Path:
    fields = {"name": "A", "value": "1", "scope": "machine", "reason": "Because."} | changes
    path = folder / "policy.toml"
    path.write_text(ONE_VARIABLE.format(**fields), encoding="utf-8")
    return path
