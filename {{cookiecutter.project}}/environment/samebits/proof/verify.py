"""The verb `verify`: train in fresh processes and compare the bits."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from samebits.errors import DoesNotHoldError, UsageError
from samebits.files import write_json, write_text
from samebits.proof import compare
from samebits.proof.compare import Difference, short
from samebits.runs import record as records
from samebits.runs.record import Outcome, Record
from samebits.runs.train import RUNS

JSON = "verdict.json"
PAGE = "verdict.md"


@dataclass(frozen=True)
class Verdict:
    """Whether runs have the same bits, and what that statement covers.

    Attributes:
        fresh: what each run had for itself: `processes` or `containers`, or `given` for runs that were there.
        inputs: differences between what the first run and each other one were made from, causes first.
        bits: differences between what they computed, in the order of the computation.
        surroundings: differences between what they were made on.
    """

    records: tuple[Record, ...]
    outcomes: tuple[Outcome, ...]
    fresh: str
    inputs: tuple[Difference, ...]
    bits: tuple[Difference, ...]
    surroundings: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        return not self.differences

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Inputs before outcomes."""
        return self.inputs + self.bits

    @property
    def made_on(self) -> str:
        """The machines and engines that the runs were made on."""
        places = {
            f"{r.hardware.cpu}, {r.hardware.cores} cores, engine {r.environment.engine}": None
            for r in self.records
        }
        return "; ".join(places)

    @property
    def headline(self) -> str:
        runs = (
            f"{len(self.records)} runs in fresh {self.fresh}"
            if self.fresh != "given"
            else f"{len(self.records)} runs"
        )
        if self.holds:
            return f"IDENTICAL BITS: {runs}"
        if not self.bits:
            return f"IDENTICAL BITS FROM DIFFERENT INPUTS: {runs}; first difference in {self.differences[0]}"
        return f"DIFFERENT BITS: {runs}; first difference in {self.differences[0]}"

    @property
    def drifted(self) -> list[str]:
        """The names of the runs in an environment that was not the locked one; nothing is claimed of them."""
        return [record.name for record in self.records if record.has_drifted]

    @property
    def scope(self) -> str:
        if self.drifted:
            return f"no scope: the environment had drifted in {', '.join(self.drifted)}."
        return (
            "scope machine: the same bits on this kind of CPU. "
            f"Checked on: {self.made_on}. Not checked: any other machine."
        )


def judge(folders: Sequence[Path], fresh: str) -> Verdict:
    """Compare finished runs.

    Raises:
        UsageError: fewer than two, or one of them has not ended.
    """
    if len(folders) < 2:
        raise UsageError("verify needs at least two runs to compare.")
    ended = [records.read_complete(folder) for folder in folders]
    (first, first_outcome), *others = ended
    return Verdict(
        records=tuple(record for record, _ in ended),
        outcomes=tuple(outcome for _, outcome in ended),
        fresh=fresh,
        inputs=_distinct(compare.inputs(first, record) for record, _ in others),
        bits=_distinct(compare.outcomes(first_outcome, outcome) for _, outcome in others),
        surroundings=_distinct(compare.surroundings(first, record) for record, _ in others),
    )


def _distinct(differences: Iterable[Iterable[Difference]]) -> tuple[Difference, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(differences)))


def train_fresh(
    project: Path, processes: int, arguments: Sequence[str], say: Callable[[str], None]
) -> list[Path]:
    """Train the same experiment in fresh processes, one after the other.

    Args:
        arguments: options of `train` for each of them.
        say: told of each run that has ended.

    Returns:
        the folders of the runs, below one folder `runs/verify-<number>`.

    Raises:
        DoesNotHoldError: a training found that the environment has drifted.
        UsageError: a training failed; the message ends with what it printed last.
    """
    if processes < 2:
        raise UsageError(f"--processes {processes}: at least 2 are needed to compare.")
    parent = _next_folder(project / RUNS)
    folders = []
    for number in range(1, processes + 1):
        name = f"{parent.name}/{number}"
        command = [sys.executable, "-m", "samebits", "train", "--again", "--run", name, *arguments]
        done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        if done.returncode:
            last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
            error = DoesNotHoldError if done.returncode == DoesNotHoldError.exit_status else UsageError
            raise error(f"training {number} of {processes} ended with status {done.returncode}:\n{last}")
        folders.append(project / RUNS / name)
        record, outcome = records.read_complete(folders[-1])
        say(f"run {number} of {processes}: weights {short(outcome.weights_digest)} in {record.seconds} s")
    return folders


def write(folder: Path, verdict: Verdict) -> Path:
    """Write the verdict as JSON and as a page to read; returns the page's path."""
    write_json(
        folder / JSON,
        {
            "format": 1,
            "holds": verdict.holds,
            "fresh": verdict.fresh,
            "scope": None if verdict.drifted else "machine",
            "checked_on": verdict.made_on,
            "runs": [
                {
                    "name": record.name,
                    "final_weights": outcome.weights_digest,
                    "predictions": outcome.predictions,
                    "engine": record.environment.engine,
                    "cpu": record.hardware.cpu,
                }
                for record, outcome in zip(verdict.records, verdict.outcomes, strict=True)
            ],
            "inputs": [asdict(difference) for difference in verdict.inputs],
            "bits": [asdict(difference) for difference in verdict.bits],
            "surroundings": [asdict(difference) for difference in verdict.surroundings],
        },
    )
    write_text(folder / PAGE, page(verdict))
    return folder / PAGE


def page(verdict: Verdict) -> str:
    """The verdict as Markdown."""
    lines = [f"# {verdict.headline}", "", verdict.scope, ""]
    if verdict.differences:
        lines += ["What differs, causes first:", "", *(f"* {d}" for d in verdict.differences), ""]
    if verdict.surroundings:
        lines += ["Made on different ground:", "", *(f"* {d}" for d in verdict.surroundings), ""]
    lines += [
        "| run | seed | initial weights | final weights | predictions | epochs |",
        "|---|---|---|---|---|---|",
    ]
    for record, outcome in zip(verdict.records, verdict.outcomes, strict=True):
        initial = records.digest_of_weights(outcome.initial_weights)
        digests = (initial, outcome.weights_digest, outcome.predictions)
        cells = " | ".join(f"`{short(digest)}`" for digest in digests)
        lines.append(f"| {record.name} | {record.seed} | {cells} | {len(outcome.metrics)} |")
    lines += [
        "",
        "Compared: the inputs (policy, runtime, lock, packages, code, configuration, data) and, bit by bit,",
        "the initial weights, the metrics of each epoch, the final weights and the predictions (validation).",
    ]
    return "\n".join(lines) + "\n"


def _next_folder(runs: Path) -> Path:
    numbers = [int(path.name[7:]) for path in runs.glob("verify-*") if path.name[7:].isdecimal()]
    folder = runs / f"verify-{max(numbers, default=0) + 1:03d}"
    folder.mkdir(parents=True)
    return folder
