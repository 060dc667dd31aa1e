"""What the guard looks at, gathered once, so that the checks are functions of it."""

import json
import os
import platform
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Literal

from samebits import launcher, locks, policy
from samebits.locks import Lock
from samebits.policy import Policy, Variant

Engine = Literal["image", "host", "none"]


@dataclass(frozen=True)
class Situation:
    """A process and the machine it runs on.

    Attributes:
        engine: `none` when Python was started by hand, outside of image and host engine.
        packages: the installed distributions, normalized name to version.
        cpu_flags: the CPU's features as /proc/cpuinfo names them; empty where there is no such file.
        keras_config: the content of Keras' configuration file, empty if there is none.
        host_changes: variables of the shell that the host engine changed, a sentence each.
    """

    policy: Policy
    lock: Lock
    engine: Engine
    variant: Variant
    environ: Mapping[str, str]
    packages: Mapping[str, str]
    python: str
    machine: str
    system: str
    glibc: str
    cpu_model: str
    cpu_flags: frozenset[str]
    user_site: bool
    hook_active: bool
    keras_config: Mapping[str, object]
    host_changes: tuple[str, ...]


def observe() -> Situation:
    """The situation of this process."""
    variant = launcher.variant()
    model, flags = _cpu()
    engine = os.environ.get("SAMEBITS_ENGINE", "none")
    return Situation(
        policy=policy.load(),
        lock=locks.read(locks.path_for(variant)),
        engine="image" if engine == "image" else "host" if engine == "host" else "none",
        variant=variant,
        environ=dict(os.environ),
        packages={locks.normalize(d.metadata["Name"]): d.version for d in distributions()},
        python=platform.python_version(),
        machine=platform.machine(),
        system=_system(),
        glibc=platform.libc_ver()[1],
        cpu_model=model,
        cpu_flags=flags,
        user_site=bool(site.ENABLE_USER_SITE) and site.getusersitepackages() in sys.path,
        hook_active="samebits.startup" in sys.modules,
        keras_config=_keras_config(),
        host_changes=tuple(launcher.changes(os.environ)),
    )


def _cpu(path: Path = Path("/proc/cpuinfo")) -> tuple[str, frozenset[str]]:
    fields: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(errors="replace").splitlines():
            key, colon, value = line.partition(":")
            if colon:
                fields.setdefault(key.strip(), value.strip())
    flags = fields.get("flags") or fields.get("Features") or ""
    return fields.get("model name", platform.processor() or "unknown"), frozenset(flags.split())


def _system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return platform.platform()
    return f"{release.get('NAME', 'Linux')} {release.get('VERSION_ID', '')}".strip()


def _keras_config() -> dict[str, object]:
    home = os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")  # noqa: PTH111
    try:
        config = json.loads((Path(home) / "keras.json").read_text())
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}
