"""The main job in the image, what the image refuses, and what it promises to those who run it."""

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from projects import Project, copy_of, image_of
from records import accuracy, record, verdicts

pytestmark = pytest.mark.docker

SCRIPTS = Path(__file__).parent / "programs"


def docker(client: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([client, *arguments], capture_output=True, text=True, timeout=600, check=False)


def run(client: str, project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`docker run` with options, the image's name standing as IMAGE among them."""
    named = [image_of(project) if argument == "IMAGE" else argument for argument in arguments]
    return docker(client, "run", "--rm", *named)


@pytest.fixture(scope="module")
def trained(in_image: Project) -> Project:
    in_image.must("train", "--run first")
    return in_image


def test_two_containers_give_the_same_bits(trained: Project) -> None:
    printed = trained.must("verify")
    assert "IDENTICAL BITS: 2 runs in fresh containers" in printed
    verdict = verdicts(trained.folder)[-1]
    assert verdict["holds"] is True
    assert len({run["final_weights"] for run in verdict["runs"]}) == 1
    assert {run["engine"] for run in verdict["runs"]} == {"image"}


def test_the_digits_are_read_with_an_accuracy_above_095(trained: Project) -> None:
    trained.must("evaluate", "first")
    assert accuracy(trained.folder, "first") > 0.95


def test_the_plain_command_of_the_readme_trains(client: str, trained: Project) -> None:
    done = run(
        client,
        trained,
        *("--user", f"{os.getuid()}:{os.getgid()}"),
        *("-v", f"{trained.folder}/data:/project/data", "-v", f"{trained.folder}/runs:/project/runs"),
        *("IMAGE", "train", "--smoke", "--run", "plain"),
    )
    assert done.returncode == 0, done.stderr
    assert record(trained.folder, "plain")["status"] == "complete"


def test_any_user_can_run_it_and_owns_what_it_writes(client: str, in_image: Project, tmp_path: Path) -> None:
    uid, gid = 12345, 54321
    for name in ("data", "runs"):
        (tmp_path / name).mkdir()
        os.chown(tmp_path / name, uid, gid)
    volumes = ("-v", f"{tmp_path}/data:/project/data", "-v", f"{tmp_path}/runs:/project/runs")
    for verb in (["prepare"], ["train", "--smoke", "--run", "mine"], ["evaluate", "mine"]):
        done = run(client, in_image, "--user", f"{uid}:{gid}", *volumes, "IMAGE", *verb)
        assert done.returncode == 0, done.stderr
    made = [path for name in ("data", "runs") for path in (tmp_path / name).rglob("*")]
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in made}
    assert owners == {(uid, gid)}


def test_it_runs_on_a_read_only_root_without_capabilities(client: str, in_image: Project) -> None:
    done = run(
        client,
        in_image,
        *("--read-only", "--tmpfs", "/tmp", "--tmpfs", "/project/data", "--tmpfs", "/project/runs"),  # noqa: S108
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--network", "none"),
        *("--entrypoint", "sh", "IMAGE", "-c"),
        "python -m samebits prepare && python -m samebits verify --smoke",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "IDENTICAL BITS" in done.stdout


def test_the_files_of_make_belong_to_the_caller(trained: Project) -> None:
    made = [*(trained.folder / "data").rglob("*"), *(trained.folder / "runs").rglob("*")]
    assert {path.stat().st_uid for path in made} == {os.getuid()}


@pytest.mark.parametrize(
    ("option", "finding"),
    [
        ("TF_DETERMINISTIC_OPS=0", "TF_DETERMINISTIC_OPS is '0', but the policy says '1'"),
        ("PYTHONHASHSEED=7", "PYTHONHASHSEED is '7', but the policy says '0'"),
        ("TF_NUM_INTRAOP_THREADS=2", "TF_NUM_INTRAOP_THREADS is '2', but the policy says '8'"),
        ("TF_NUM_INTEROP_THREADS=2", "TF_NUM_INTEROP_THREADS=2 has leaked in"),
        ("XLA_FLAGS=--xla_cpu_enable_fast_math=true", "has leaked in: read by XLA"),
        ("DNNL_MAX_CPU_ISA=SSE41", "DNNL_MAX_CPU_ISA=SSE41 has leaked in"),
        ("OMP_SCHEDULE=dynamic", "OMP_SCHEDULE=dynamic has leaked in"),
        ("NVIDIA_TF32_OVERRIDE=1", "NVIDIA_TF32_OVERRIDE=1 has leaked in"),
        ("LD_LIBRARY_PATH=/elsewhere", "LD_LIBRARY_PATH=/elsewhere has leaked in"),
        ("PYTHONPATH=/elsewhere", "PYTHONPATH=/elsewhere has leaked in"),
        ("TF_DISABLE_SCATTER_OP_DETERMINISM=1", "is refused"),
        ("TF_USE_LEGACY_KERAS=1", "is refused"),
    ],
)
def test_the_guard_names_each_variable_that_is_not_the_policys(
    client: str, in_image: Project, option: str, finding: str
) -> None:
    done = run(client, in_image, "-e", option, "IMAGE", "doctor")
    assert done.returncode == 1
    assert finding in done.stdout
    assert "remedy: " in done.stdout


def test_train_refuses_drift_unless_it_is_allowed_and_then_records_it(client: str, trained: Project) -> None:
    options = (
        *("-e", "TF_NUM_INTRAOP_THREADS=2", "--user", f"{os.getuid()}:{os.getgid()}"),
        *("-v", f"{trained.folder}/data:/project/data", "-v", f"{trained.folder}/runs:/project/runs"),
        *("IMAGE", "train", "--smoke", "--run", "drifted"),
    )
    refused = run(client, trained, *options)
    assert refused.returncode == 1
    assert "TF_NUM_INTRAOP_THREADS is '2'" in refused.stderr
    assert not (trained.folder / "runs" / "drifted").exists()

    allowed = run(client, trained, *options, "--allow-drift")
    assert allowed.returncode == 0, allowed.stderr
    written = record(trained.folder, "drifted")
    assert written["allow_drift"] is True
    assert [finding["check"] for finding in written["findings_at_start"]] == ["variables"]

    trained.must("train", "--smoke --run straight")
    done = trained.make("verify", "straight drifted")
    assert "first difference in policy: TF_NUM_INTRAOP_THREADS: 8 against 2" in done.stdout


def test_a_package_that_is_not_the_locked_one_is_named(client: str, in_image: Project) -> None:
    change = (
        "sed -i 's/^Version: 2.4.6$/Version: 2.4.5/' /opt/venv/lib/python3*/site-packages/numpy-*/METADATA"
    )
    done = run(
        client,
        in_image,
        *("--user", "0:0", "--entrypoint", "sh", "IMAGE", "-c", f"{change}; python -m samebits doctor"),
    )
    assert done.returncode == 1
    assert "numpy 2.4.5 is installed, but 2.4.6 is locked" in done.stdout


def test_a_policy_that_the_dockerfile_does_not_follow_breaks_the_build(
    in_image: Project, tmp_path: Path
) -> None:
    changed = copy_of(in_image, tmp_path / "changed", without=("data", "runs"))
    policy = changed.folder / "environment" / "policy.toml"
    policy.write_text(policy.read_text().replace('value = "8"', 'value = "4"'))
    done = changed.make("build", IMAGE="samebits/broken:cpu")
    assert done.returncode != 0
    assert "derived.py --write" in done.stdout + done.stderr


def test_a_change_in_src_builds_no_environment_again(client: str, in_image: Project, tmp_path: Path) -> None:
    edited = copy_of(in_image, tmp_path / "edited", without=("data", "runs"))
    model = next((edited.folder / "src").glob("*/model.py"))
    model.write_text(model.read_text() + "\n# A remark.\n")
    image = "samebits/edited:cpu"
    edited.must("build", IMAGE=image)
    try:
        layers = [
            json.loads(docker(client, "inspect", "--format", "{{json .RootFS.Layers}}", name).stdout)
            for name in (image_of(in_image), image)
        ]
    finally:
        docker(client, "rmi", "--force", image)
    shared = [one == two for one, two in zip(*layers, strict=True)]
    assert shared.index(False) >= len(shared) - 2  # the files of the project, and the check of them


def test_the_labels_name_lock_policy_and_versions(client: str, in_image: Project) -> None:
    shown = docker(client, "inspect", "--format", "{{json .Config.Labels}}", image_of(in_image)).stdout
    labels = json.loads(shown)
    printed = run(client, in_image, "--entrypoint", "sha256sum", "IMAGE", "/opt/samebits/policy.toml").stdout
    assert labels["samebits.policy"] == "sha256:" + printed.split()[0]
    printed = run(
        client, in_image, "--entrypoint", "sha256sum", "IMAGE", "/opt/samebits/requirements/cpu.txt"
    ).stdout
    assert labels["samebits.lock"] == "sha256:" + printed.split()[0]
    assert labels["samebits.version.tensorflow"] == "2.21.0"
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=in_image.folder, capture_output=True, text=True, check=True
    )
    assert labels["org.opencontainers.image.revision"] == commit.stdout.strip()


def test_a_lab_builds_its_environment_image_from_the_template(client: str, base: str, template: Path) -> None:
    name = "samebits/environment-of-a-lab:cpu"
    command = [client, "build", "--file", "Dockerfile.cpu", "--target", "environment", "--tag", name]
    command += ["--build-arg", f"BASE={base}", "--build-arg", "APT=mirror"]
    command += ["--secret", "id=ca,src=/etc/ssl/certs/ca-certificates.crt", "{{cookiecutter.project}}"]
    done = subprocess.run(
        command,
        cwd=template,
        env=os.environ | {"DOCKER_BUILDKIT": "1"},
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    try:
        assert "engine image" in docker(client, "run", "--rm", name, "doctor").stdout
    finally:
        docker(client, "rmi", "--force", name)


def test_sigterm_ends_a_training_at_once(client: str, trained: Project) -> None:
    name = f"samebits-sigterm-{os.getpid()}"
    command = [client, "run", "--rm", "--name", name, "-v", f"{trained.folder}/data:/project/data"]
    command += [image_of(trained), "train", "--set", "training.epochs=100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("epoch 1/")
        start = time.monotonic()
        docker(client, "kill", "--signal", "TERM", name)
        try:
            assert process.wait(timeout=60) == 128 + signal.SIGTERM
            assert time.monotonic() - start < 9  # `docker stop` kills after 10 s
        finally:
            docker(client, "rm", "--force", name)


def test_a_full_disk_is_one_clear_error(client: str, trained: Project) -> None:
    done = run(
        client,
        trained,
        *("-v", f"{trained.folder}/data:/project/data", "--tmpfs", "/project/runs:size=120k"),
        *("IMAGE", "train", "--smoke"),
    )
    assert done.returncode == 2
    assert "No space left on device. Make room" in done.stderr
    assert "Traceback" not in done.stderr


def test_no_secret_stays_in_the_image(client: str, in_image: Project) -> None:
    found = run(
        client, in_image, "--entrypoint", "sh", "IMAGE", "-c", "cat /run/secrets/* 2>/dev/null | wc -c"
    )
    assert found.stdout.strip() == "0"
    history = docker(client, "history", "--no-trunc", "--format", "{{.CreatedBy}}", image_of(in_image)).stdout
    assert "BEGIN CERTIFICATE" not in history


def test_a_plain_keras_script_gives_the_same_weights_in_two_containers(
    client: str, in_image: Project
) -> None:
    mount = ("-v", f"{SCRIPTS}:/programs:ro", "--network", "none")
    digests = [
        run(client, in_image, *mount, "IMAGE", "run", "--", "python", "/programs/plain.py") for _ in range(2)
    ]
    assert [done.returncode for done in digests] == [0, 0], digests[0].stderr
    assert digests[0].stdout == digests[1].stdout
    # The same Python and the same packages, without policy and hook.
    bare = [
        run(
            client,
            in_image,
            *mount,
            *(
                "--entrypoint",
                "env",
                "IMAGE",
                "-i",
                "SAMEBITS_HOME=/nowhere",
                "PATH=/opt/venv/bin",
                "HOME=/tmp",
            ),
            *("python", "/programs/plain.py"),
        )
        for _ in range(2)
    ]
    assert [done.returncode for done in bare] == [0, 0], bare[0].stderr
    assert bare[0].stdout != bare[1].stdout


def test_every_python_in_the_image_is_seeded(client: str, in_image: Project) -> None:
    program = "import random; print(random.random())"
    for python in ("python", "/usr/bin/python3"):
        printed = {
            run(client, in_image, "--entrypoint", python, "IMAGE", "-c", program).stdout for _ in range(2)
        }
        assert len(printed) == 1
        other = run(client, in_image, "-e", "SAMEBITS_SEED=7", "--entrypoint", python, "IMAGE", "-c", program)
        assert other.stdout not in printed


def test_the_project_passes_its_own_tests_in_the_image(in_image: Project) -> None:
    assert "10 passed" in in_image.must("test")


def test_the_host_engine_gives_the_bits_of_the_image_or_names_what_differs(
    trained: Project, on_host: Project
) -> None:
    on_host.must("train", "--run compared")
    shutil.copytree(on_host.folder / "runs" / "compared", trained.folder / "runs" / "compared")
    done = trained.make("verify", "first compared")
    verdict = verdicts(trained.folder)[-1]
    suspects = {difference["what"].partition(":")[0] for difference in verdict["surroundings"]}
    assert "engine" in suspects
    if verdict["bits"]:
        assert suspects & {"python", "system", "glibc"}, done.stdout
