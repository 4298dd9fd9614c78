"""What CI keeps between pushes: finished trials by content, and what a pull request has spent. One small folder."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import ValidationError

from registry.runtime import atomic
from tasks.ci.trial import Trial
from tasks.release.verdict import Verdict

_SPENT = "spent.json"


class Kept:
    """`<folder>/<sha>.json` and `<folder>/spent.json`. What is damaged is as good as none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def trial(self, key: str) -> Trial | None:
        try:
            found = Trial.model_validate_json(self._path(key).read_bytes())
        except (OSError, ValidationError):
            return None
        return found.model_copy(update={"reused": True})

    def keep(self, key: str, trial: Trial) -> None:
        """An error is not kept: the next push tries again."""
        if trial.verdict is not Verdict.ERROR:
            self._write(self._path(key), trial.model_dump_json())

    def spent(self, pull_request: str) -> float:
        """USD, over all of its pushes that this folder knows."""
        found = self._all().get(pull_request, 0.0)
        return float(found) if isinstance(found, int | float) else 0.0

    def spend(self, pull_request: str, usd: float) -> None:
        """`usd` is the new total."""
        self._write(self._folder / _SPENT, json.dumps({**self._all(), pull_request: usd}, sort_keys=True))

    def _all(self) -> dict[str, object]:
        try:
            found = json.loads((self._folder / _SPENT).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _write(self, path: Path, text: str) -> None:
        atomic.replace(path, text.encode(), sync=False)
