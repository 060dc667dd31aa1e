"""The host engine's half of the enforcement: start this Python again under the policy.

In the image the environment is baked in and there is nothing to do. Standard library only.
"""

import json
import os
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

from samebits.errors import UsageError
from samebits.policy import HOME, Policy, Variant, load

CHANGES = "SAMEBITS_HOST_CHANGES"


def variant() -> Variant:
    """Which variant of the environment this is."""
    return "gpu" if os.environ.get("SAMEBITS_VARIANT") == "gpu" else "cpu"


def under_policy(
    environ: Mapping[str, str], rules: Policy, kind: Variant
) -> tuple[dict[str, str], list[str]]:
    """The environment variables that a process on the host gets, and what was changed for it.

    Returns:
        the new variables, and one sentence for each that the shell had set otherwise.
    """
    changed = dict(environ)
    changes = []
    for name in sorted(environ):
        rule = rules.leak(name, kind)
        if rule is not None:
            changes.append(f"{name}={environ[name]} was unset ({rule.reason})")
            del changed[name]
    for variable in rules.for_variant(kind):
        old = environ.get(variable.name)
        if old is not None and old != variable.value:
            changes.append(f"{variable.name}={old} was set to {variable.value}")
        changed[variable.name] = variable.value
    return changed, changes


def enter(arguments: list[str]) -> None:
    """On a host, replace this process by the same command under the policy; otherwise return at once.

    Raises:
        UsageError: this Python is not the locked environment.
    """
    if os.environ.get("SAMEBITS_ENGINE"):
        return
    hook = Path(sysconfig.get_paths()["purelib"]) / "samebits.pth"
    if not hook.is_file():
        raise UsageError(
            f"{sys.executable} is not the locked environment: it has no {hook.name}. "
            "Run `make build ENGINE=host`, then the make targets with ENGINE=host."
        )
    environ, changes = under_policy(os.environ, load(), variant())
    project = os.environ.get("SAMEBITS_PROJECT") or os.getcwd()  # noqa: PTH109
    environ |= {
        "SAMEBITS_ENGINE": "host",
        "SAMEBITS_HOME": str(HOME),
        "SAMEBITS_PROJECT": project,
        CHANGES: json.dumps(changes),
        "PATH": str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", os.defpath),
        # keras.json in the home folder could change the float type.
        "KERAS_HOME": str(Path(tempfile.gettempdir()) / f"samebits-keras-{os.getuid()}"),
    }
    os.execve(sys.executable, [sys.executable, "-m", "samebits", *arguments], environ)  # noqa: S606


def changes(environ: Mapping[str, str]) -> list[str]:
    """What `enter` changed before it started this process."""
    return list(json.loads(environ.get(CHANGES, "[]")))
