"""Does a keras.json change Keras' defaults?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation

# What Keras writes itself when there is no such file (keras.src.backend.config).
DEFAULTS = {"floatx": "float32", "epsilon": 1e-07, "image_data_format": "channels_last"}


def check(situation: Situation) -> Iterator[Finding]:
    """Each of Keras' global settings that is not the default; `KERAS_BACKEND` overrides the backend's."""
    for key, default in DEFAULTS.items():
        value = situation.keras_config.get(key, default)
        if value != default:
            yield Finding(
                "keras_config",
                Severity.ERROR,
                f"keras.json sets {key} to {value!r} instead of {default!r}",
                f"remove {situation.environ.get('KERAS_HOME', '~/.keras')}/keras.json",
            )
