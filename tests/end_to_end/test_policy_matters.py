"""No placebos: every variable of the policy changes a result."""

from pathlib import Path

import pytest
from projects import Project
from samebits import policy

PROBE = Path(__file__).parent / "programs" / "probe.py"

# Another value that works on every x86-64-v3 machine with two cores; None is unset.
OTHER_VALUES = {
    "PYTHONHASHSEED": "1",
    "PYTHONNOUSERSITE": None,
    "KERAS_BACKEND": "numpy",
    "TF_DETERMINISTIC_OPS": "0",
    "TF_NUM_INTRAOP_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "2",
    "OMP_NUM_THREADS": "2",
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}


def probe(project: Project, name: str, setting: str) -> str:
    """What the probe of a variable prints under the policy, with one variable set otherwise by `env`."""
    return project.must("run", f"-- env {setting} python {PROBE} {name}").strip().splitlines()[-1]


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_another_value_gives_another_result_and_the_policys_the_same(on_host: Project, name: str) -> None:
    other = OTHER_VALUES[name]
    policy = probe(on_host, name, "SAME=1")
    assert probe(on_host, name, "SAME=1") == policy
    assert probe(on_host, name, f"-u {name}" if other is None else f"'{name}={other}'") != policy


def test_every_variable_of_the_cpu_policy_is_probed() -> None:
    assert {variable.name for variable in policy.load().for_variant("cpu")} == OTHER_VALUES.keys()
