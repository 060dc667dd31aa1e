"""experiment.toml: what is right, and that each mistake is told by file, table, key and what was expected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from samebits import config
from samebits.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_numbers_of_the_file_arrive(project: Path) -> None:
    experiment = config.load(project)
    assert experiment.seed == 42
    assert experiment.experiment.package == "digits"
    assert experiment.data.classes == ["ant", "bee", "cat"]
    assert experiment.data.split.train == 0.6
    assert experiment.training.learning_rate == 1e-3
    assert experiment.model == {"units": 8, "activation": "relu"}


def test_a_configuration_cannot_change_later(experiment: config.Experiment) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        experiment.training.epochs = 3


WRONG = [
    ("seed = 42", "seed = -1", "  seed: input should be greater than or equal to 0, not -1"),
    (
        "seed = 42",
        "seed = 4294967296",
        "  seed: input should be less than or equal to 4294967295, not 4294967296",
    ),
    ("seed = 42", "seed = 42.0", "  seed: input should be a valid integer, not 42.0"),
    ("seed = 42", "seed = true", "  seed: input should be a valid integer, not True"),
    ("seed = 42", 'seed = "42"', "  seed: input should be a valid integer, not '42'"),
    ("seed = 42", "", "  seed: missing; add it"),
    ("seed = 42", "seed = 42\nspeed = 1", "  speed: no such key; remove it or mend its name"),
    ('name = "Digits"', 'name = ""', "[experiment] name: string should have at least 1 character, not ''"),
    ('"digits"', '"my-digits"', "[experiment] package: string should match pattern"),
    ('"digits"', '"../digits"', "[experiment] package: string should match pattern"),
    ('"classification"', '"regression"', "[data] task: input should be 'classification', not 'regression'"),
    ('["ant", "bee", "cat"]', '["ant"]', "[data] classes: list should have at least 2 items"),
    ('["ant", "bee", "cat"]', "[0, 1]", "[data.classes] 0: input should be a valid string, not 0"),
    ('["ant", "bee", "cat"]', '["ant", "ant"]', "data: classes must differ from each other"),
    ("seed = 7", "seed = 0.5", "[data] seed: input should be a valid integer, not 0.5"),
    (
        "examples_per_shard = 4",
        "examples_per_shard = 0",
        "[data] examples_per_shard: input should be greater",
    ),
    (
        "allow_duplicates = false",
        "allow_duplicates = 0",
        "[data] allow_duplicates: input should be a valid boolean",
    ),
    ("train = 0.6", "train = 0.7", "[data] split: train + validation + test must add up to 1, not to 1.1"),
    ("test = 0.2", "test = 0.0", "[data.split] test: input should be greater than 0, not 0.0"),
    ("validation = 0.2", "validation = 0.2\nholdout = 0.1", "[data.split] holdout: no such key"),
    ("validation = 0.2", "", "[data.split] validation: missing; add it"),
    ("epochs = 2", "epochs = 0", "[training] epochs: input should be greater than or equal to 1, not 0"),
    ("epochs = 2", "epoch = 2", "[training] epoch: no such key"),
    ("epochs = 2", "epoch = 2", "[training] epochs: missing"),
    ("batch_size = 4", "batch_size = 4.5", "[training] batch_size: input should be a valid integer, not 4.5"),
    ("= 1e-3", "= nan", "[training] learning_rate: input should be"),
    ("= 1e-3", "= inf", "[training] learning_rate: input should be"),
    ("= 1e-3", "= -1e-3", "[training] learning_rate: input should be greater than 0, not -0.001"),
    ("augment = true", 'augment = "yes"', "[training] augment: input should be a valid boolean, not 'yes'"),
    ("[training]", "[trainings]", "  training: missing; add it"),
    ("[training]", "[trainings]", "  trainings: no such key"),
]


@pytest.mark.parametrize(
    ("old", "new", "told"), WRONG, ids=[f"{new} - {told[:20]}" for _, new, told in WRONG]
)
def test_a_wrong_key_is_told_by_file_table_and_what_was_expected(
    project: Path, old: str, new: str, told: str
) -> None:
    path = project / config.FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        config.load(project)
    assert str(path) in str(error.value)
    assert told in str(error.value)


def test_all_wrong_keys_are_told_at_once(project: Path) -> None:
    overrides = ["seed=-1", "training.epochs=0", "data.split.train=2.0"]
    with pytest.raises(UsageError) as error:
        config.load(project, overrides)
    for place in ("seed:", "[training] epochs:", "[data.split] train:"):
        assert place in str(error.value)


def test_a_folder_that_is_no_project_is_told_by_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"experiment\.toml: not found\. Run this in the folder of a project"
    ):
        config.load(tmp_path)


@pytest.mark.parametrize("content", [b"seed = ", b"\xff\xfe", b"seed = 1\nseed = 2\n"])
def test_a_file_that_is_no_toml_is_told_so(project: Path, content: bytes) -> None:
    (project / config.FILE).write_bytes(content)
    with pytest.raises(UsageError, match=r"experiment\.toml: not valid TOML"):
        config.load(project)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("training.epochs=3", "training.epochs", 3),
        (" training.epochs = 3 ", "training.epochs", 3),
        ("training.learning_rate=1e-4", "training.learning_rate", 1e-4),
        ("training.augment=false", "training.augment", False),
        ('experiment.name="More digits"', "experiment.name", "More digits"),
        ("experiment.name=More digits", "experiment.name", "More digits"),
        ("experiment.name=a=b", "experiment.name", "a=b"),
        ('data.classes=["x", "y"]', "data.classes", ["x", "y"]),
        ("seed=3", "seed", 3),
        ("model.units=16", "model.units", 16),
        ("model.activation=tanh", "model.activation", "tanh"),
        ("model.filters=[1, 2]", "model.filters", [1, 2]),
    ],
)
def test_an_override_has_the_type_that_the_file_would_give_it(
    project: Path, override: str, key: str, value: object
) -> None:
    found: Any = config.load(project, [override]).model_dump()
    for name in key.split("."):
        found = found[name]
    assert found == value
    assert type(found) is type(value)


@given(
    value=st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="ascii", exclude_categories=["Cc"]))
    | st.lists(st.booleans(), max_size=3)
)
def test_any_value_of_the_model_can_be_set(value: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "set"
    if not folder.exists():
        folder.mkdir()
        (folder / config.FILE).write_text(
            'seed = 1\n[experiment]\nname = "a"\npackage = "a"\n[data]\ntask = "classification"\n'
            'classes = ["a", "b"]\nseed = 1\nexamples_per_shard = 1\n[data.split]\n'
            "train = 0.5\nvalidation = 0.25\ntest = 0.25\n[training]\nepochs = 1\nbatch_size = 1\n"
            "learning_rate = 1.0\nshuffle_window = 1\naugment = false\n[model]\n",
            encoding="utf-8",
        )
    # JSON's integers, floats, strings, and lists of booleans are TOML's.
    text = json.dumps(value)
    assert config.load(folder, [f"model.value={text}"]).model == {"value": value}


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("training.epochs", "expected TABLE.KEY=VALUE"),
        ("=3", "expected TABLE.KEY=VALUE"),
        ("training.=3", "expected TABLE.KEY=VALUE"),
        ("training.epoch=3", "has no key 'training.epoch'"),
        ("trainings.epochs=3", "has no key 'trainings.epochs'"),
        ("epochs=3", "has no key 'epochs'"),
        ("seed.a=3", "has no key 'seed.a'"),
        ("training.epochs.a=3", "has no key 'training.epochs.a'"),
        ("training=3", "'training' is a table"),
        ("model=3", "'model' is a table"),
        ("data.split=3", "'data.split' is a table"),
        ("training.epochs=three", "[training] epochs: input should be a valid integer, not 'three'"),
        ("training.epochs=3.0", "[training] epochs: input should be a valid integer, not 3.0"),
    ],
)
def test_an_override_that_fits_nowhere_is_refused(project: Path, override: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        config.load(project, [override])
    assert told in str(error.value)
    assert config.FILE in str(error.value) or override in str(error.value)


def test_the_last_override_of_a_key_wins(project: Path) -> None:
    assert config.load(project, ["training.epochs=3", "training.epochs=4"]).training.epochs == 4


def test_the_seed_of_the_command_line_wins_and_is_checked_like_any_other(project: Path) -> None:
    assert config.load(project, ["seed=3"], seed=4) == config.load(project, ["seed=4"])
    with pytest.raises(UsageError, match="seed: input should be greater than or equal to 0, not -4"):
        config.load(project, seed=-4)


def test_an_override_leaves_the_file_as_it_is(project: Path) -> None:
    before = (project / config.FILE).read_bytes()
    config.load(project, ["training.epochs=3"], seed=1)
    assert (project / config.FILE).read_bytes() == before


class ModelSettings(config.Settings):
    units: int = Field(ge=1)
    activation: str


def test_the_experiments_own_table_is_checked_in_the_same_words(experiment: config.Experiment) -> None:
    assert config.check(ModelSettings, experiment.model, "experiment.toml, [model]").units == 8
    with pytest.raises(UsageError) as error:
        config.check(ModelSettings, {"units": 0, "layers": 2}, "experiment.toml, [model]")
    assert str(error.value).splitlines() == [
        "experiment.toml, [model] does not say what was expected:",
        "  units: input should be greater than or equal to 1, not 0",
        "  activation: missing; add it",
        "  layers: no such key; remove it or mend its name",
    ]
