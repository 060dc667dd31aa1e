"""The command line. Each verb's module is imported when the verb is called."""

import errno
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from samebits import __version__
from samebits.errors import DoesNotHoldError, UsageError

app = typer.Typer(
    name="samebits",
    help="TensorFlow experiments that give the same bits.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Seed = Annotated[int | None, typer.Option(help="Another seed than that of experiment.toml.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Another value, such as training.epochs=3."),
]
Smoke = Annotated[bool, typer.Option("--smoke", help="A few steps on a few records, to see that all works.")]
AllowDrift = Annotated[
    bool,
    typer.Option("--allow-drift", help="Go on in an environment that is not the locked one, and record it."),
]


def _version(value: bool) -> None:
    if value:
        print(f"samebits {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def doctor(
    building: Annotated[
        bool,
        typer.Option(
            "--build",
            help="As the last step of building an image: with TensorFlow, without the CPU.",
        ),
    ] = False,
) -> None:
    """Is this environment the one that was locked? Each finding with its remedy."""
    from samebits import config, guard
    from samebits.guard import determinism

    situation = guard.observe()
    findings = guard.inspect(situation, building=building)
    if building:
        findings += tuple(determinism.check())
    if (project() / config.FILE).exists():
        config.load(project())
    for line in guard.describe(findings):
        out.print(escape(line))
    summary = (
        f"Python {situation.python}, {len(situation.packages)} packages against {situation.lock.path.name}, "
        f"{len(situation.policy.for_variant(situation.variant))} policy variables, {situation.cpu_model}, "
        f"engine {situation.engine}"
    )
    if guard.has_drifted(findings):
        raise DoesNotHoldError(f"the environment has drifted from the one that was locked ({summary}).")
    out.print(f"the environment is the one that was locked: {summary}")


@app.command()
def prepare(
    replace: Annotated[
        bool, typer.Option("--replace", help="Make the data anew even if there is some.")
    ] = False,
) -> None:
    """Raw data to seeded, sharded TFRecords with a manifest. A second run verifies them."""
    from samebits import config
    from samebits.data import prepare as stage
    from samebits.project import function
    from samebits.runs.train import PREPARED

    experiment = config.load(project())
    examples = function(project(), experiment, "prepare", "examples")
    folder = project() / PREPARED
    manifest, written = stage.prepare(examples(), experiment.data, folder, replace=replace)
    splits = manifest.splits
    table = Table("class", *splits)
    for name in manifest.data.classes:
        table.add_row(name, *(str(split.classes[name]) for split in splits.values()))
    table.add_section()
    table.add_row("all", *(str(split.examples) for split in splits.values()))
    table.add_row("shards", *(str(len(split.shards)) for split in splits.values()))
    out.print(table)
    state = "written" if written else "verified, nothing to do"
    out.print(f"{PREPARED}: {state}, {manifest.examples} examples, content {manifest.digest}")


@app.command()
def train(
    seed: Seed = None,
    settings: Set = None,
    smoke: Smoke = False,
    run: Annotated[str | None, typer.Option(metavar="NAME", help="The run's folder below runs/.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Train a finished run anew.")] = False,
    allow_drift: AllowDrift = False,
) -> None:
    """Train the experiment on the prepared data."""
    from samebits import config
    from samebits.proof.compare import short
    from samebits.runs import train as training

    experiment = config.load(project(), settings, seed)
    os.environ["SAMEBITS_SEED"] = str(experiment.seed)
    _check_run_name(run)
    options = training.Options(name=run, again=again, smoke=smoke, allow_drift=allow_drift)
    folder, record, trained = training.train(project(), experiment, options)
    if not trained:
        out.print("these inputs were trained already; --again trains them anew")
    outcome = record.outcome
    assert outcome is not None  # noqa: S101 - a complete record has one
    out.print(f"run {_shown(folder)}: weights {short(outcome.weights_digest)}, {record.seconds} s")


@app.command()
def evaluate(
    run: Annotated[
        str | None, typer.Argument(help="The run's name or folder; by default the newest.")
    ] = None,
) -> None:
    """A finished run on the test split: accuracy, precision and recall, confusion matrix."""
    from samebits.runs import evaluate as evaluation
    from samebits.runs import record as records
    from samebits.runs.train import RUNS

    folder = _run_folder(run) if run else records.newest(project() / RUNS)
    result = evaluation.evaluate(project(), folder)
    table = Table("class", "precision", "recall", "f1", "examples")
    for name, row in result.per_class.items():
        table.add_row(
            name,
            *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")),
            str(row["examples"]),
        )
    out.print(table)
    out.print(f"test accuracy {result.accuracy:.4f} on {result.examples} examples")
    out.print(f"written to {_shown(folder / records.EVALUATION)}")


@app.command()
def verify(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN RUN…]", help="Compare these finished runs instead."),
    ] = None,
    processes: Annotated[int, typer.Option(help="How many fresh processes train.")] = 2,
    fresh: Annotated[
        str, typer.Option(hidden=True, help="What each of the given runs had for itself.")
    ] = "given",
    seed: Seed = None,
    settings: Set = None,
    smoke: Smoke = False,
    allow_drift: AllowDrift = False,
) -> None:
    """Train twice in fresh processes: are the bits the same?"""
    from samebits import config
    from samebits.proof import verify as verification

    if runs:
        folders = [_run_folder(name) for name in runs]
    else:
        config.load(project(), settings, seed)  # so that a mistake is told at once, not by a child
        arguments = [f"--seed={seed}"] if seed is not None else []
        arguments += [f"--set={setting}" for setting in settings or []]
        arguments += ["--smoke"] * smoke + ["--allow-drift"] * allow_drift
        folders = verification.train_fresh(project(), processes, arguments, out.print)
        fresh = "processes"
    verdict = verification.judge(folders, fresh)
    parents = {folder.parent for folder in folders}
    home = parents.pop() if len(parents) == 1 and fresh != "given" else folders[0]
    page = verification.write(home, verdict)
    out.print(f"[bold {'green' if verdict.holds else 'red'}]{escape(verdict.headline)}[/]")
    for difference in verdict.differences:
        out.print(f"  {escape(str(difference))}")
    for difference in verdict.surroundings:
        out.print(f"  made on different ground, {escape(str(difference))}")
    for record, outcome in zip(verdict.records, verdict.outcomes, strict=True):
        out.print(f"  {record.name}: weights {outcome.weights_digest}")
    out.print(verdict.scope)
    out.print(f"verdict: {_shown(page)}")
    if not verdict.holds:
        raise typer.Exit(DoesNotHoldError.exit_status)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],
    }
)
def run(
    context: typer.Context,
) -> None:
    """Any program under the same enforcement: run [--allow-drift] -- CMD…"""
    from samebits import guard
    from samebits.runs.train import refuse_drift

    command = list(context.args)
    allow_drift = command[:1] == ["--allow-drift"]
    command = command[1:] if allow_drift else command
    command = command[1:] if command[:1] == ["--"] else command
    if not command:
        raise UsageError("run: no command given. Say, for example: run -- python script.py")
    refuse_drift(guard.inspect(guard.observe()), allowed=allow_drift)
    try:
        os.execvp(command[0], command)  # noqa: S606
    except OSError as error:
        raise UsageError(f"run: {command[0]}: {error.strerror}.") from None


def project() -> Path:
    """The folder of the project."""
    return Path(os.environ.get("SAMEBITS_PROJECT") or Path.cwd())


def _run_folder(name: str) -> Path:
    from samebits.runs.train import RUNS

    given = project() / name
    return given if (given / "record.json").is_file() else project() / RUNS / name


def _shown(path: Path) -> Path:
    """A path as it is shown to people: from the project's folder on, where it lies below."""
    return path.relative_to(project()) if path.is_relative_to(project()) else path


def _check_run_name(name: str | None) -> None:
    if name is not None and (not Path(name).parts or Path(name).is_absolute() or ".." in Path(name).parts):
        raise UsageError(f"--run {name!r}: expected the name of a folder below runs/.")


def main() -> int:
    """Run a verb. Returns the exit status: 0 holds, 1 does not hold, 2 wrong use or bad input."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # warnings and errors of TensorFlow, no notes
    try:
        app()
    except (UsageError, DoesNotHoldError) as error:
        err.print(f"[bold red]error:[/] {escape(str(error))}")
        return error.exit_status
    except OSError as error:
        if (
            error.errno not in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.EPERM)
            and error.errno
        ):
            raise
        err.print(
            f"[bold red]error:[/] {escape(str(error))}. Make room, or mend the permissions, and run it again."
        )
        return UsageError.exit_status
    except KeyboardInterrupt:
        err.print("interrupted; run it again, nothing is half-written")
        return 130
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 1
    return 0
