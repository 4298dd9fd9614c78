"""The file of proposed cases: one JSON object a line, only added to, so that what a person wrote into it stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.errors import EvalSetError
from registry.runtime import atomic

from .proposing import Known, Proposal
from .wording import said

Propose = Callable[[Known], Sequence[Proposal]]


@dataclass(frozen=True)
class Proposals:
    path: Path

    def add(self, propose: Propose) -> Sequence[Proposal]:
        """Append what `propose` makes of what the file has already; one writer at a time."""
        with atomic.locked(self.path.with_suffix(".lock")):
            before = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
            added = propose(self._known(before))
            if added:
                lines = "".join(_line(one) for one in added)
                atomic.replace(self.path, (before and before.rstrip("\n") + "\n").encode() + lines.encode())
            return added

    def _known(self, text: str) -> Known:
        """Raises EvalSetError for a line that is none."""
        traces: set[str] = set()
        texts: list[str] = []
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                told = json.loads(line) if line.strip() else None
                if told is not None:
                    traces.add(str(told["trace_id"]))
                    texts.append(said(told.get("case", {}).get("variables", {})))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise EvalSetError(
                    f"line {number} of {self.path} is no proposal ({error})",
                    expected="one JSON object with its trace_id a line",
                    fix="Correct or remove the line; proposals that were dealt with may keep only their trace_id",
                ) from None
        return Known(frozenset(traces), tuple(texts))


def _line(one: Proposal) -> str:
    return json.dumps(one._asdict(), default=str, ensure_ascii=False) + "\n"
