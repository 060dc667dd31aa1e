"""Take the first steps in a new project: a git repository with one commit, and what to run next.

Cookiecutter renders this file as a template and runs it in the project's folder, under its own
interpreter. Nothing here makes the generation fail: without a commit the project is as good.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

CONTEXT = json.loads(r"""{{ cookiecutter | jsonify }}""")

NEUTRAL_EMAIL = "nobody@example.invalid"  # a domain that never exists (RFC 2606)
# Set while git runs a hook or a rebase, and naming another repository than the new one.
FOREIGN_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX")
ENVIRONMENT = {name: text for name, text in os.environ.items() if name not in FOREIGN_REPOSITORY}


def main() -> None:
    # cruft runs this also in the scratch folders that it compares for an update. There a
    # repository would end up in the comparison; only cookiecutter itself sets _repo_dir.
    if "_repo_dir" in CONTEXT:
        # The folder's name may hold letters that the terminal's encoding lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
        print(first_commit())
        print(next_steps())


def first_commit() -> str:
    """Commit the project to a repository of its own; return one line on what came of it."""
    if shutil.which("git") is None:
        return "No git repository was made: git is not installed."
    if Path(".git").exists():
        return "The git repository of this folder was left as it is."
    around = git("rev-parse", "--show-toplevel")
    if around.returncode == 0:
        return f"No git repository was made: the folder lies in that of {around.stdout.strip()}."

    identity = [*fallback("user.name", CONTEXT["author"]), *fallback("user.email", NEUTRAL_EMAIL)]
    subject = f"Start {CONTEXT['project_name']} from samebits"
    for command in (
        ["init", "--quiet"],
        # Not `init --initial-branch`, which git has had only since 2.28.
        ["symbolic-ref", "HEAD", "refs/heads/main"],
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", subject],
    ):
        result = git(*command)
        if result.returncode != 0:
            reason = (result.stderr.strip() or f"exit status {result.returncode}").splitlines()[-1]
            return f"The first git commit could not be made, make it yourself: {reason}"
    return "Made a git repository, with everything in its first commit."


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    # A user's signing key or commit hooks may ask questions, or refuse a commit that is not theirs.
    quiet = ["-c", "commit.gpgSign=false", "-c", f"core.hooksPath={os.devnull}"]
    return subprocess.run(
        ["git", *quiet, *arguments],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def fallback(key: str, value: str) -> list[str]:
    """Return git's options for a setting that the user has not made."""
    return [] if git("config", key).returncode == 0 else ["-c", f"{key}={value}"]


def next_steps() -> str:
    here = Path.cwd()
    started_in = os.environ.get("PWD")
    folder = here.name if started_in and Path(started_in) == here.parent else str(here)
    return f"""
Next:
  cd {shlex.quote(folder)}
  make prepare train
  make verify
"""


if __name__ == "__main__":
    main()
