"""The verb `train`: one run from the prepared data to a recorded model."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from samebits import config, digests, guard
from samebits.config import Experiment
from samebits.data import manifest as manifests
from samebits.errors import DoesNotHoldError, UsageError
from samebits.files import locked, replacing
from samebits.guard import Finding, Situation, determinism, has_drifted
from samebits.runs import record as records
from samebits.runs.record import Outcome, Record

PREPARED = Path("data") / "prepared"
RUNS = Path("runs")


@dataclass(frozen=True)
class Options:
    """What the command line says about a run.

    Attributes:
        name: the run's folder below `runs/`; by default made of the seed and the digest of all inputs.
        again: train a finished run anew.
        smoke: a few steps on a few records.
        allow_drift: train although the guard found drift, and record it.
    """

    name: str | None = None
    again: bool = False
    smoke: bool = False
    allow_drift: bool = False


def train(project: Path, experiment: Experiment, options: Options) -> tuple[Path, Record, bool]:
    """Train the experiment, or find the run of the same inputs finished already.

    Returns:
        the run's folder, its record, and whether it was trained now.

    Raises:
        UsageError: the data is missing or damaged, or the experiment's code does not do its part.
        DoesNotHoldError: the environment has drifted, before or during the run.
    """
    situation = guard.observe()
    findings = refuse_drift(guard.inspect(situation), allowed=options.allow_drift)
    prepared = project / PREPARED
    manifest = manifests.read(prepared)
    _require_same_data(manifest, experiment)
    manifests.verify(prepared, manifest)
    begun = _begin(project, experiment, manifest.digest, situation, findings, options)
    folder = project / RUNS / begun.name
    with locked(folder):
        if not options.again:
            present = _finished(folder, begun)
            if present is not None:
                return folder, present, False
        start = time.monotonic()
        try:
            outcome = _train_model(project, experiment, manifest, folder, begun)
        except UsageError:
            with suppress(OSError):  # not empty: this run has begun, or an earlier one is there
                folder.rmdir()
            raise
        at_end = tuple(determinism.check())
        ended = begun.model_copy(
            update={
                "status": "complete",
                "outcome": outcome,
                "findings_at_end": records.findings_as_dicts(at_end),
                "ended": _now(),
                "seconds": round(time.monotonic() - start, 3),
            }
        )
        records.write(folder, ended)
    refuse_drift(at_end, allowed=options.allow_drift)
    return folder, ended, True


def _finished(folder: Path, begun: Record) -> Record | None:
    """The record of the run in a folder, if it has ended and was made from the same inputs.

    Raises:
        UsageError: the folder holds a run of other inputs.
    """
    if not (folder / records.FILE).is_file():
        return None
    present = records.read(folder)
    if present.inputs_digest != begun.inputs_digest:
        raise UsageError(
            f"{folder}: holds a run of other inputs (configuration, code, data or environment). "
            "Choose another --run NAME, or replace it with --again."
        )
    return present if present.status == "complete" else None


def refuse_drift(findings: tuple[Finding, ...], *, allowed: bool) -> tuple[Finding, ...]:
    """The findings, if they are no drift or drift is allowed.

    Raises:
        DoesNotHoldError: naming every finding of severity error, with its remedy.
    """
    if has_drifted(findings) and not allowed:
        errors = [finding for finding in findings if finding.severity is guard.Severity.ERROR]
        raise DoesNotHoldError(
            "the environment is not the one that was locked:\n"
            + "\n".join(guard.describe(errors))
            + "\n--allow-drift goes on all the same, and the record says so."
        )
    return findings


def _begin(
    project: Path,
    experiment: Experiment,
    data: str,
    situation: Situation,
    findings: tuple[Finding, ...],
    options: Options,
) -> Record:
    begun = Record(
        status="running",
        name=options.name or "",
        command=records.command(),
        seed=experiment.seed,
        smoke=options.smoke,
        allow_drift=options.allow_drift,
        config=experiment,
        code=digests.of_tree(project / "src" / experiment.experiment.package),
        data=data,
        environment=records.environment(situation),
        hardware=records.hardware(situation),
        findings_at_start=records.findings_as_dicts(findings),
        started=_now(),
    )
    if options.name:
        return begun
    kind = "smoke" if options.smoke else f"seed{experiment.seed}"
    name = f"{kind}-{begun.inputs_digest.removeprefix('sha256:')[:8]}"
    return begun.model_copy(update={"name": name})


def _train_model(
    project: Path,
    experiment: Experiment,
    manifest: manifests.Manifest,
    folder: Path,
    begun: Record,
) -> Outcome:
    # TensorFlow takes seconds to import, and everything above can fail before.
    import keras

    from samebits.project import function
    from samebits.runs.run import Run, save_weights

    # What ran so far may have drawn from the generators; from here on all is the experiment's.
    keras.utils.set_random_seed(experiment.seed)
    run = Run(
        project,
        experiment,
        manifest,
        project / PREPARED,
        folder,
        smoke=begun.smoke,
        begin=lambda: _replace_run(folder, begun),
    )
    model = function(project, experiment, "train", "train")(run)
    if not isinstance(model, keras.Model):
        raise UsageError(
            f"train.py: train() returned {type(model).__name__}; let it return the trained model."
        )
    outcome = run.outcome(model)
    with replacing(folder / records.MODEL) as path:
        model.save(path)
    save_weights(model, folder / records.WEIGHTS)
    return outcome


def _require_same_data(manifest: manifests.Manifest, experiment: Experiment) -> None:
    """Refuse data that was prepared by another `[data]` table than the present one."""
    changed = manifest.changes(experiment.data)
    if changed:
        raise UsageError(
            f"{PREPARED} was made by another [data] of {config.FILE}: {'; '.join(changed)}. "
            "Make it anew with `prepare --replace`, or change [data] back."
        )


def _replace_run(folder: Path, begun: Record) -> None:
    """Begin a run in its folder, in the place of an earlier, unfinished or repeated one."""
    for name in (records.FILE, records.MODEL, records.WEIGHTS, records.METRICS):
        (folder / name).unlink(missing_ok=True)
    if (folder / records.EVALUATION).is_dir():
        shutil.rmtree(folder / records.EVALUATION)
    records.write(folder, begun)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
