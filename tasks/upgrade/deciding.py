"""What became of a column, and its line of the changelog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.ledger import event
from tasks.release.outcome import Outcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

UPGRADED = "promptship.model.upgraded"
VERDICTS = {0: Verdict.PASS, 1: Verdict.REJECT, 2: Verdict.INCONCLUSIVE, 3: Verdict.ERROR}


@dataclass(frozen=True)
class Gated:
    """A candidate after the gate. `released` is how its release ended, None when none was started; `deltas` are those
    of the new model to the old one, empty when the gate asked nothing."""

    prompt: str
    version: str
    verdict: str
    reason: str
    released: str | None = None
    deltas: Mapping[str, float | None] = field(default_factory=dict)


def gated(prompt: str, version: str, ended: Outcome | None) -> Gated:
    """From how a walk up to the gate ended; None: it is live already."""
    if ended is None:
        return Gated(prompt, version, Verdict.PASS, "it is live already", "promoted")
    return Gated(prompt, version, VERDICTS[ended.exit_code], ended.sentence)


def sentence(old: str, new: str, column: Sequence[Gated]) -> str:
    counts = [(str(verdict), sum(row.verdict == verdict for row in column)) for verdict in VERDICTS.values()]
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    return f"{old} -> {new}: of {len(column)} prompts {said}"


def keep(workspace: Workspace, environment: str, old: str, new: str, column: Sequence[Gated]) -> None:
    """One line for the whole upgrade; each release has its own."""
    outcome = "moved" if all(row.released == "promoted" for row in column) else "did not move"
    payload = {
        "reason": sentence(old, new, column),
        "outcome": outcome,
        "old": old,
        "new": new,
        "column": [
            {"prompt": r.prompt, "version": r.version, "verdict": r.verdict, "deltas": r.deltas} for r in column
        ],
    }
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=UPGRADED,
            actor=workspace.actor,
            subjects={"environment": environment},
            payload=payload,
            at=workspace.now(),
        )
    )
