"""The main job on the host engine, and what it says when something has changed."""

import subprocess
from pathlib import Path

import pytest
from projects import Project, copy_of
from records import accuracy, record, verdicts


@pytest.fixture(scope="module")
def trained(on_host: Project) -> Project:
    on_host.must("train", "--run first")
    return on_host


@pytest.fixture
def copy(on_host: Project, tmp_path: Path) -> Project:
    """The project with its prepared data, to be damaged."""
    return copy_of(on_host, tmp_path / "copy", without=("runs",))


def test_two_processes_give_the_same_bits(trained: Project) -> None:
    printed = trained.must("verify")
    assert "IDENTICAL BITS: 2 runs in fresh processes" in printed
    archives = [path.read_bytes() for path in trained.folder.glob("runs/verify-*/*/weights.npz")]
    assert len(archives) == 2
    assert archives[0] == archives[1]
    verdict = verdicts(trained.folder)[-1]
    assert verdict["holds"] is True
    assert len({run["final_weights"] for run in verdict["runs"]}) == 1
    assert verdict["scope"] == "machine"


def test_the_digits_are_read_with_an_accuracy_above_095(trained: Project) -> None:
    printed = trained.must("evaluate", "first")
    assert "test accuracy" in printed
    assert accuracy(trained.folder, "first") > 0.95
    folder = trained.folder / "runs" / "first" / "evaluation"
    assert (folder / "confusion_matrix.png").read_bytes().startswith(b"\x89PNG")
    rows = (folder / "confusion_matrix.csv").read_text().splitlines()
    assert sum(int(n) for row in rows[1:] for n in row.split(",")[1:]) == 270


def test_a_run_leaves_model_weights_metrics_and_record(trained: Project) -> None:
    folder = trained.folder / "runs" / "first"
    assert {path.name for path in folder.iterdir() if path.is_file()} == {
        "record.json",
        "metrics.csv",
        "model.keras",
        "weights.npz",
    }
    assert len((folder / "metrics.csv").read_text().splitlines()) == 31
    assert record(trained.folder, "first")["environment"]["engine"] == "host"


def test_a_finished_run_is_not_trained_twice(trained: Project) -> None:
    before = record(trained.folder, "first")
    assert "trained already" in trained.must("train", "--run first")
    assert record(trained.folder, "first") == before


def test_a_wrong_setting_costs_no_earlier_run(trained: Project) -> None:
    folder = trained.folder / "runs" / "first"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = trained.make("train", "--run first --again --set model.dropout=2")
    assert "dropout: input should be less than 1" in done.stderr
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    done = trained.make("train", "--run wrong --set model.dropout=2")
    assert done.returncode == 2
    assert not (trained.folder / "runs" / "wrong").exists()


def test_a_run_made_again_drops_the_evaluation_of_the_old_one(trained: Project) -> None:
    trained.must("train", "--smoke --run twice")
    trained.must("evaluate", "twice")
    trained.must("train", "--smoke --run twice --again")
    assert not (trained.folder / "runs" / "twice" / "evaluation").exists()


def test_another_seed_is_named(trained: Project) -> None:
    trained.must("train", "--smoke --run seed-3 --seed 3")
    trained.must("train", "--smoke --run seed-4 --seed 4")
    done = trained.make("verify", "seed-3 seed-4")
    assert done.returncode == 2  # make's own status when a command has failed
    assert "first difference in seed: seed: 3 against 4" in done.stdout
    assert verdicts(trained.folder)[-1]["holds"] is False


def test_another_setting_is_named(trained: Project) -> None:
    trained.must("train", "--smoke --run slow --set training.learning_rate=1e-4")
    trained.must("train", "--smoke --run fast")
    done = trained.make("verify", "slow fast")
    assert "configuration: training.learning_rate: 0.0001 against 0.001" in done.stdout


def test_a_changed_byte_in_a_shard_is_refused_and_named(copy: Project) -> None:
    shard = next((copy.folder / "data" / "prepared").glob("train-00001-*"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    for target in ("train", "prepare"):
        done = copy.make(target)
        assert done.returncode != 0
        assert f"{shard.name}: changed" in done.stderr
        assert "prepare --replace" in done.stderr
    assert not list((copy.folder / "runs").glob("*/record.json"))


def test_other_data_settings_are_refused_until_the_data_is_made_anew(copy: Project) -> None:
    toml = copy.folder / "experiment.toml"
    toml.write_text(toml.read_text().replace("examples_per_shard = 512", "examples_per_shard = 300"))
    done = copy.make("train")
    assert "examples_per_shard was 512 and is 300" in done.stderr
    copy.must("prepare", "--replace")
    copy.must("train", "--smoke")


def test_a_package_that_differs_from_the_lock_is_named(copy: Project) -> None:
    venv = next(path for path in Path(copy.environ["SAMEBITS_VENVS"]).iterdir() if path.is_dir())
    lock = copy.folder / "environment" / "requirements" / "cpu.txt"
    pinned = lock.read_text()
    assert "numpy==2.4.6 " in pinned
    lock.write_text(pinned.replace("numpy==2.4.6 ", "numpy==2.4.5 "))
    done = subprocess.run(
        [str(venv / "bin" / "python"), "-m", "samebits", "doctor"],
        cwd=copy.folder,
        env={
            "SAMEBITS_HOME": str(copy.folder / "environment"),
            "SAMEBITS_PROJECT": str(copy.folder),
            "SAMEBITS_ENGINE": "host",
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "numpy 2.4.6 is installed, but 2.4.5 is locked" in done.stdout


def test_variables_of_the_shell_do_not_reach_the_run_and_are_named(on_host: Project) -> None:
    leaky = Project(
        on_host.folder,
        "host",
        on_host.environ
        | {"TF_NUM_INTRAOP_THREADS": "3", "OMP_SCHEDULE": "dynamic", "XLA_FLAGS": "--xla_cpu_foo"},
    )
    printed = leaky.must("doctor")
    assert "TF_NUM_INTRAOP_THREADS=3 was set to 8" in printed
    assert "OMP_SCHEDULE=dynamic was unset" in printed
    assert "XLA_FLAGS=--xla_cpu_foo was unset" in printed
    shown = leaky.must("run", '-- sh -c "env | grep -E ^TF_NUM\\|^OMP\\|^XLA"')
    assert "TF_NUM_INTRAOP_THREADS=8" in shown
    assert "SCHEDULE" not in shown
    assert "xla" not in shown


def test_determinism_turned_off_by_the_code_is_noticed_at_the_end(copy: Project) -> None:
    train = next((copy.folder / "src").glob("*/train.py"))
    train.write_text(
        train.read_text().replace(
            "    run.fit(model)\n",
            "    run.fit(model)\n"
            "    from tensorflow.python.framework import config\n"
            "    config.disable_op_determinism()\n",
        )
    )
    done = copy.make("train", "--smoke --run off")
    assert done.returncode != 0
    assert "op determinism is off" in done.stderr
    findings = record(copy.folder, "off")["findings_at_end"]
    assert [finding["check"] for finding in findings] == ["determinism"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--set training.epochs=0", "[training] epochs: input should be greater than or equal to 1, not 0"),
        ("--set training.epoch=3", "has no key 'training.epoch'"),
        ("--set model.dropout=2", "dropout: input should be less than 1, not 2"),
        ("--seed -1", "seed: input should be greater than or equal to 0, not -1"),
        ("--run ../elsewhere", "expected the name of a folder below runs/"),
    ],
)
def test_wrong_arguments_get_one_clear_error(on_host: Project, arguments: str, message: str) -> None:
    done = on_host.make("train", f"--smoke {arguments}")
    assert done.returncode == 2
    assert message in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_the_project_passes_its_own_tests(on_host: Project) -> None:
    assert "10 passed" in on_host.must("test")
