"""For programs: one document, as `--json` of every command prints it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tasks.lint.finding import Finding
from tasks.lint.linting import Linted, worst


def content(linted: Sequence[Linted]) -> dict[str, Any]:
    """`verdict`, `linted` (names), `findings` and `suppressed`; each finding says whose it is and where."""
    return {
        "verdict": worst(linted),
        "linted": [one.name for one in linted],
        "findings": [_found(one, finding) for one in linted for finding in one.report.findings],
        "suppressed": [
            {**_found(one, finding), "reason": reason} for one in linted for finding, reason in one.report.suppressed
        ],
    }


def as_json(linted: Sequence[Linted]) -> str:
    return json.dumps({"format": 1, "kind": "lint", **content(linted)}, ensure_ascii=False)


def _found(one: Linted, finding: Finding) -> dict[str, Any]:
    return {"prompt": one.prompt, "version": one.version, "path": one.path, **finding._asdict()}
