"""Is TensorFlow's op determinism on, in this very process?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity


def check() -> Iterator[Finding]:
    """To be asked at the end of a run as well: code can turn it off. Imports TensorFlow."""
    from tensorflow.python.framework import config

    if not config.is_op_determinism_enabled():
        yield Finding(
            "determinism",
            Severity.ERROR,
            "op determinism is off in this process, so two runs may differ",
            "remove disable_op_determinism() from the code, and leave TF_DETERMINISTIC_OPS as it is",
        )
