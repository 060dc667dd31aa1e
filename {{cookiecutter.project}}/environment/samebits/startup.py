"""The start-up hook: every Python of the environment is seeded, without the program's help.

`samebits.pth` imports this module when Python starts. It imports nothing that the program does not:
it waits until the program itself has imported `random`, `numpy.random` or `tensorflow`, and seeds
that module then. Keras draws its default seeds from `random`, so it is covered by it.

A seed that the program sets itself comes later and wins. Only `samebits.pth` imports this module: that
it is there tells the guard that the hook is active.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # see __init__.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

DEFAULT_SEED = 42
MAX_SEED = 2**32 - 1  # that of seeds.py, which imports too much for a start


def seed() -> int:
    """The seed of this process: SAMEBITS_SEED, else `seed` of the project's experiment.toml, else 42.

    Raises:
        SystemExit: SAMEBITS_SEED is not an integer in 0…2³²−1. No program may go on without the seed that
            it was given, not even one that catches exceptions where it imports a module.
    """
    text = os.environ.get("SAMEBITS_SEED")
    if text is not None:
        if not text.isdecimal() or int(text) > MAX_SEED:
            print(f"error: SAMEBITS_SEED={text!r}: expected an integer in 0…{MAX_SEED}", file=sys.stderr)
            raise SystemExit(2)
        return int(text)
    path = os.path.join(os.environ.get("SAMEBITS_PROJECT", "."), "experiment.toml")  # noqa: PTH118
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib would cost every start milliseconds
            import tomllib

            value = tomllib.load(file).get("seed", DEFAULT_SEED)
    except (OSError, ValueError):  # no experiment, or one that the verbs will complain about
        return DEFAULT_SEED
    return value if isinstance(value, int) and 0 <= value <= MAX_SEED else DEFAULT_SEED


def _seed_generator(module: ModuleType) -> None:
    module.seed(seed())


def _seed_tensorflow(module: ModuleType) -> None:
    module.random.set_seed(seed())


class _SeedAfterImport:
    """A finder for `sys.meta_path` that finds nothing itself, but seeds a module each time it is executed.

    A module can be looked for without being imported (`importlib.util.find_spec`), and be reloaded.
    """

    def __init__(self, actions: dict[str, Callable[[ModuleType], None]]) -> None:
        self._actions = actions

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        action = self._actions.get(name)
        if action is None:
            return None
        for finder in sys.meta_path:
            spec = None if finder is self else finder.find_spec(name, path, target)
            if spec is not None:
                return _with_action(spec, action)
        return None


def _with_action(spec: ModuleSpec, action: Callable[[ModuleType], None]) -> ModuleSpec:
    if spec.loader is not None:
        execute = spec.loader.exec_module

        def execute_and_act(module: ModuleType) -> None:
            execute(module)
            action(module)

        spec.loader.exec_module = execute_and_act  # type: ignore[method-assign]
    return spec


def install() -> None:
    """Put the hook in place, and the project's `src` folder on the path."""
    project = os.environ.get("SAMEBITS_PROJECT")
    if project:
        sys.path.append(os.path.join(project, "src"))  # noqa: PTH118
    actions: dict[str, Callable[[ModuleType], None]] = {
        "random": _seed_generator,
        "numpy.random": _seed_generator,
        "tensorflow": _seed_tensorflow,
    }
    for name, action in actions.items():
        if name in sys.modules:
            action(sys.modules[name])
    sys.meta_path.insert(0, _SeedAfterImport(actions))


install()
