"""`record.json`: what a run was made from and what came out."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from samebits import __version__, digests
from samebits.config import Experiment, Settings
from samebits.errors import UsageError
from samebits.files import write_json
from samebits.guard import Finding, Severity, Situation
from samebits.policy import HOME

# What a run's folder holds.
FILE = "record.json"
METRICS = "metrics.csv"
MODEL = "model.keras"
WEIGHTS = "weights.npz"
EVALUATION = "evaluation"


class Environment(Settings):
    """What the container or the host engine enforces. `samebits` is the version and digest of the runtime."""

    engine: str
    variant: str
    samebits: str
    python: str
    system: str
    glibc: str
    lock: str
    policy: str
    variables: dict[str, str | None]
    packages: dict[str, str]
    revision: str | None


class Hardware(Settings):
    """The machine. `cores` are those that the process may use."""

    machine: str
    cpu: str
    cores: int


class Outcome(Settings):
    """Digests of what the run computed, in the order in which it did.

    Attributes:
        initial_weights, final_weights: of each variable, by its path.
        metrics: of each epoch, digest of the values.
        predictions: of the model's output on the validation split.
        history: the metrics themselves, a value per epoch.
    """

    initial_weights: dict[str, str]
    metrics: list[str]
    final_weights: dict[str, str]
    predictions: str
    history: dict[str, list[float]]

    @property
    def weights_digest(self) -> str:
        return digest_of_weights(self.final_weights)


class Record(Settings):
    """The record of a run. Times are UTC, ISO 8601; durations are in seconds."""

    format: int = 1
    status: Literal["running", "complete"]
    name: str
    command: list[str]
    seed: int
    smoke: bool
    scope: Literal["machine"] = "machine"
    allow_drift: bool
    config: Experiment
    code: str
    data: str
    environment: Environment
    hardware: Hardware
    findings_at_start: tuple[dict[str, str], ...]
    findings_at_end: tuple[dict[str, str], ...] = ()
    started: str
    ended: str | None = None
    seconds: float | None = None
    outcome: Outcome | None = None

    @property
    def has_drifted(self) -> bool:
        """Whether the guard found drift, before or after the training."""
        findings = self.findings_at_start + self.findings_at_end
        return any(finding["severity"] == Severity.ERROR for finding in findings)

    @property
    def inputs_digest(self) -> str:
        """The digest of all that decides the outcome; it names the run's folder."""
        return digests.of_json(
            {
                "config": self.config.model_dump(mode="json"),
                "code": self.code,
                "data": self.data,
                "environment": self.environment.model_dump(mode="json", exclude={"revision"}),
                "smoke": self.smoke,
            }
        )


def digest_of_weights(weights: dict[str, str]) -> str:
    """One digest for all variables of a model."""
    return digests.of_strings(f"{path} {digest}" for path, digest in weights.items())


def environment(situation: Situation) -> Environment:
    variables = situation.policy.for_variant(situation.variant)
    return Environment(
        engine=situation.engine,
        variant=situation.variant,
        samebits=f"{__version__} {digests.of_tree(HOME / 'samebits')}",
        python=situation.python,
        system=situation.system,
        glibc=situation.glibc,
        lock=situation.lock.digest,
        policy=situation.policy.digest,
        variables={variable.name: situation.environ.get(variable.name) for variable in variables},
        packages=dict(sorted(situation.packages.items())),
        revision=situation.environ.get("SAMEBITS_REVISION"),
    )


def hardware(situation: Situation) -> Hardware:
    return Hardware(machine=situation.machine, cpu=situation.cpu_model, cores=len(os.sched_getaffinity(0)))


def findings_as_dicts(findings: Sequence[Finding]) -> tuple[dict[str, str], ...]:
    return tuple(
        {"check": f.check, "severity": f.severity.value, "what": f.what, "remedy": f.remedy} for f in findings
    )


def command() -> list[str]:
    return ["samebits", *sys.argv[1:]]


def write(folder: Path, record: Record) -> None:
    write_json(folder / FILE, record.model_dump(mode="json"))


def read(folder: Path) -> Record:
    """Read the record of a run.

    Raises:
        UsageError: there is none, or it is damaged.
    """
    path = folder / FILE
    try:
        return Record.model_validate_json(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{folder}: not a run, it has no {FILE}. `train` makes runs.") from None
    except ValidationError as error:
        problem = error.errors()[0]
        place: Any = ".".join(str(part) for part in problem["loc"]) or "the file"
        raise UsageError(f"{path}: damaged ({place}: {problem['msg']}). Train the run again.") from None


def read_complete(folder: Path) -> tuple[Record, Outcome]:
    """Read the record of a run that has ended.

    Raises:
        UsageError: there is none, or the run has not ended.
    """
    record = read(folder)
    if record.status != "complete" or record.outcome is None:
        raise UsageError(f"{folder}: the run has not ended. Train it again: `train --run {record.name}`.")
    return record, record.outcome


def newest(runs: Path) -> Path:
    """The folder of the run that ended last.

    Raises:
        UsageError: there is none.
    """
    complete = []
    for path in runs.glob(f"*/{FILE}"):
        record = read(path.parent)
        if record.status == "complete":
            complete.append((record.ended or "", path.parent))
    if not complete:
        raise UsageError(f"{runs}: no finished run. Make one with `train`.")
    return max(complete)[1]
