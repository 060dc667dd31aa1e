"""Read what runs have written."""

import json
from pathlib import Path
from typing import Any


def record(project: Path, run: str) -> dict[str, Any]:
    return json.loads((project / "runs" / run / "record.json").read_text())


def accuracy(project: Path, run: str) -> float:
    metrics = json.loads((project / "runs" / run / "evaluation" / "metrics.json").read_text())
    return metrics["accuracy"]


def verdicts(project: Path) -> list[dict[str, Any]]:
    """All verdicts of a project, oldest first."""
    paths = sorted(project.glob("runs/*/verdict.json"), key=lambda path: path.stat().st_mtime_ns)
    return [json.loads(path.read_text()) for path in paths]
