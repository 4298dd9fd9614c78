"""What became of a column, and its line of the changelog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tasks.ledger import event, release
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import State
from tasks.release.showing import status
from tasks.release.verdict import Verdict, worst
from tasks.release.workspace import Workspace

from .deltas import of_newest

UPGRADED: Final = "promptship.model.upgraded"
VERDICTS: Final = {0: Verdict.PASS, 1: Verdict.REJECT, 2: Verdict.INCONCLUSIVE, 3: Verdict.ERROR}


OPEN: Final = (State.PROMOTED, State.WAITING, State.WATCHING)
"""Where a release stands that went well so far."""


@dataclass(frozen=True)
class Gated:
    """A candidate after the gate. `released` is how its release ended or where it stands, None when none was started;
    `deltas` are those of the new model to the old one, empty when the gate asked nothing."""

    prompt: str
    version: str
    verdict: Verdict
    reason: str
    released: str | None = None
    deltas: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def onward(self) -> bool:
        """Whether it passed, and its release is still to be started."""
        return self.verdict is Verdict.PASS and self.released is None

    @property
    def came_to(self) -> Verdict:
        """The verdict of the gate, or of the release that followed."""
        if self.released is None or self.verdict is not Verdict.PASS:
            return self.verdict
        return _RELEASES.get(State(self.released), Verdict.INCONCLUSIVE)


_RELEASES: Final[Mapping[State, Verdict]] = {
    State.PROMOTED: Verdict.PASS,
    State.REJECTED: Verdict.REJECT,
    State.ROLLED_BACK: Verdict.REJECT,
    State.ERROR: Verdict.ERROR,
}


def gated(workspace: Workspace, order: ReleaseOrder) -> Gated:
    """What the newest attempt of this candidate came to up to the gate, from the ledger."""
    newest = _newest(workspace, order)
    if newest is None:
        return Gated(order.prompt, order.number, Verdict.PASS, f"{order.version}: live already", State.PROMOTED)
    told = status(workspace, newest, until="gate")
    found = of_newest(workspace.store, order.environment, order.prompt)
    return Gated(order.prompt, order.number, VERDICTS[told["exit_code"]], _why(order, told), deltas=found)


def released(workspace: Workspace, row: Gated, order: ReleaseOrder) -> Gated:
    """The same row after its release was walked as far as it went; one that was not started stays as it is."""
    newest = _newest(workspace, order) if row.onward else None
    if newest is None:
        return row
    told = status(workspace, newest)
    return replace(row, released=str(told["state"]), reason=told["sentence"])


def _why(order: ReleaseOrder, told: Mapping[str, Any]) -> str:
    """Of a walk that went as far as asked, what its last stage said."""
    stopped = told["state"] == State.STOPPED and told["stages"]
    return f"{order.version}: {told['stages'][-1]['reason']}" if stopped else str(told["sentence"])


def _newest(workspace: Workspace, order: ReleaseOrder) -> str | None:
    """The newest attempt, None when it is none of this candidate: the version was live before."""
    found = release.recent(workspace.store, environment=order.environment, prompt_id=order.prompt, limit=1)
    return found[0].release_id if found and found[0].to_version == order.number else None


def sentence(old: str, new: str, column: Sequence[Gated]) -> str:
    counts = [(str(verdict), sum(row.verdict == verdict for row in column)) for verdict in VERDICTS.values()]
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    return f"{old} -> {new}: of {len(column)} prompts {said}"


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """Of the worst."""
    return {verdict: code for code, verdict in VERDICTS.items()}[worst(verdicts)]


def keep(workspace: Workspace, environment: str, old: str, new: str, column: Sequence[Gated]) -> None:
    """One line for the whole upgrade; each release has its own."""
    outcome = "moved" if all(row.released == State.PROMOTED for row in column) else "did not move"
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
