"""Where a calibration is kept: with the eval set, so that it is reviewed like everything a gate relies on."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from registry.files import load
from registry.runtime import atomic

from .calibration import Calibration
from .label import Label, read_labels

FILE = "calibration.json"
PAIRS = "pairs.jsonl"
"""Labels of answers of two versions to the same cases; `arm` names the version."""


def read(evalsets: Path, name: str) -> Calibration | None:
    """None when the set's judge was never compared with people. Raises InvalidFile."""
    path = evalsets / name / FILE
    return load(path, Calibration) if path.is_file() else None


def pairs(evalsets: Path, name: str, cases: Collection[str]) -> tuple[Label, ...]:
    """Empty without the file. Raises EvalSetError for lines that are no labels."""
    path = evalsets / name / PAIRS
    return tuple(read_labels(path, cases)) if path.is_file() else ()


def write(evalsets: Path, name: str, calibration: Calibration) -> Path:
    path = evalsets / name / FILE
    document = calibration.model_dump(mode="json")
    atomic.replace(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return path
