"""The experiment's configuration: `experiment.toml`, checked."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from samebits.errors import UsageError
from samebits.seeds import MAX_SEED

FILE = "experiment.toml"

Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Settings(BaseModel):
    """The base of every table: unknown keys are errors, values are not converted, and nothing changes later.

    The experiment derives the settings of its model from it.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class About(Settings):
    """`[experiment]`: what this is."""

    name: Annotated[str, Field(min_length=1)]
    package: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class Split(Settings):
    """`[data.split]`: the shares of the examples, which add up to 1."""

    train: Share
    validation: Share
    test: Share

    @model_validator(mode="after")
    def _adds_up(self) -> "Split":
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-9:
            raise ValueError(f"train + validation + test must add up to 1, not to {total:.6g}")
        return self


class Data(Settings):
    """`[data]`: what `prepare` writes."""

    task: Literal["classification"]
    classes: Annotated[list[str], Field(min_length=2)]
    seed: Seed
    split: Split
    examples_per_shard: Annotated[int, Field(ge=1)]
    allow_duplicates: bool = False

    @model_validator(mode="after")
    def _classes_differ(self) -> "Data":
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes must differ from each other")
        return self


class Training(Settings):
    """`[training]`: how `train` goes through the data."""

    epochs: Annotated[int, Field(ge=1)]
    batch_size: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    shuffle_window: Annotated[int, Field(ge=1)]
    augment: bool


class Experiment(Settings):
    """The whole of `experiment.toml`. The experiment's own code checks `[model]`."""

    seed: Seed
    experiment: About
    data: Data
    training: Training
    model: dict[str, Any]


def load(project: Path, overrides: list[str] | None = None, seed: int | None = None) -> Experiment:
    """Read `experiment.toml`, with the `--set` overrides and the `--seed` of the command line applied.

    Raises:
        UsageError: the file is missing or wrong; the message names file, table, key and what was expected.
    """
    path = project / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"{path}: not found. Run this in the folder of a project, the one with {FILE} in it."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}.") from None
    for override in overrides or []:
        _override(table, override)
    if seed is not None:
        table["seed"] = seed
    return check(Experiment, table, str(path))


_Settings = TypeVar("_Settings", bound=Settings)


def check(model: type[_Settings], table: dict[str, Any], where: str) -> _Settings:
    """Check a table against its model.

    Raises:
        UsageError: naming every wrong key, with what was expected there.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        lines = [f"{where} does not say what was expected:"]
        for problem in error.errors():
            *tables, key = [str(part) for part in problem["loc"]] or ["the file"]
            place = f"[{'.'.join(tables)}] {key}" if tables else key
            lines.append(f"  {place}: {_expectation(problem)}")
        raise UsageError("\n".join(lines)) from None


def _expectation(problem: Any) -> str:
    if problem["type"] == "extra_forbidden":
        return "no such key; remove it or mend its name"
    if problem["type"] == "missing":
        return "missing; add it"
    message = problem["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if problem["type"] == "value_error":
        return str(message)
    return f"{message}, not {problem['input']!r}"


def _override(table: dict[str, Any], override: str) -> None:
    dotted, equals, text = override.partition("=")
    *tables, key = [part.strip() for part in dotted.split(".")]
    if not equals or not key:
        raise UsageError(f"--set {override}: expected TABLE.KEY=VALUE, such as training.epochs=3.")
    place: Any = table
    for name in tables:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or (key not in place and tables[:1] != ["model"]):
        raise UsageError(f"--set {override}: {FILE} has no key {dotted.strip()!r}.")
    if isinstance(place.get(key), dict):
        raise UsageError(f"--set {override}: {dotted.strip()!r} is a table; set one of its keys.")
    try:
        place[key] = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:  # a bare word, as people type it
        place[key] = text
