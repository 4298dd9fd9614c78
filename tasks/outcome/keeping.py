"""Which outcomes are due, and writing them where the changelog reads them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tasks.ledger import changelog, event, release, stage_result
from tasks.ledger.changelog import Promoted
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Transaction
from tasks.outcome.observed import Finding, Observed, overall
from tasks.outcome.observing import Span, observe
from tasks.release import arriving
from tasks.release.record import Stage
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

HOURS = (24.0, 168.0)
"""When a release is looked back at: after a day, and after a week with what users said later."""

OBSERVED = "promptship.release.observed"


@dataclass(frozen=True, slots=True)
class Due:
    """A release whose outcome after so many hours is not written yet."""

    release_id: str
    hours: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found; `outcome` is one word for the release, `sentence` the count of its lines."""

    release_id: str
    hours: float
    outcome: Finding
    sentence: str
    lines: tuple[Observed, ...]

    def dump(self) -> dict[str, Any]:
        return {
            "release_id": self.release_id,
            "hours": self.hours,
            "outcome": str(self.outcome),
            "sentence": self.sentence,
            "observed": [line.dump() for line in self.lines],
        }


def due(workspace: Workspace, now: datetime) -> list[Due]:
    """One for each release that waits, the oldest first: of several times that are over, the longest."""
    live = changelog.promoted(workspace.store, now - timedelta(hours=HOURS[0]))
    found = [(one.release_id, _hours(one, now)) for one in live]
    return [Due(release_id, hours) for release_id, hours in found if hours is not None]


def _hours(one: Promoted, now: datetime) -> float | None:
    over = [hours for hours in HOURS if now >= one.released_at + timedelta(hours=hours)]
    waiting = [hours for hours in over if hours > (one.observed_hours or 0.0)]
    return max(waiting, default=None)


def look_back(workspace: Workspace, release_id: str, hours: float) -> Kept:
    """What came of this release so far; writes nothing."""
    span, lines = observe(workspace, release_id, hours)
    return Kept(release_id, hours, overall(lines), _sentence(span, lines), lines)


def keep(workspace: Workspace, one: Due) -> Kept:
    """Take in what applications wrote, observe, and write what was found, once for each time."""
    started = workspace.now()
    arriving.take_in(workspace, started)
    found = look_back(workspace, one.release_id, one.hours)
    workspace.store.tx(lambda tx: _write(tx, workspace, found, started))
    workspace.store.publish(workspace.roots.public)
    return found


def _write(tx: Transaction, workspace: Workspace, found: Kept, started: datetime) -> None:
    row = release.get(tx, found.release_id)
    about = {
        "release_id": row.release_id,
        "prompt_id": row.prompt_id,
        "environment": row.environment,
        "behavior": row.to_behavior,
    }
    told = {"hours": found.hours, "outcome": str(found.outcome), "reason": found.sentence}
    now, id_ = workspace.now(), f"{row.release_id}:observed:{found.hours:g}"
    new = event.append(tx, kind=OBSERVED, actor=workspace.actor, subjects=about, payload=told, at=now, event_id=id_)
    if new:
        stage_result.insert(tx, _result(tx, found, started, now))


def _result(tx: Transaction, found: Kept, started: datetime, now: datetime) -> StageResult:
    before = [r for r in stage_result.of_release(tx, found.release_id) if r.stage == Stage.OBSERVE]
    return StageResult(
        release_id=found.release_id,
        stage=Stage.OBSERVE,
        attempt=len(before) + 1,
        started_at=started,
        ended_at=now,
        verdict=_verdict(found.lines),
        reason=found.sentence,
        evidence={name: value for name, value in found.dump().items() if name not in ("release_id", "sentence")},
        calls=0,
        cost_usd=0.0,
    )


def _verdict(lines: tuple[Observed, ...]) -> Verdict:
    """Of the expectation, not of the version: it came true, it did not, or nobody can tell."""
    if any(line.came_true is False for line in lines):
        return Verdict.REJECT
    return Verdict.PASS if lines and all(line.came_true for line in lines) else Verdict.INCONCLUSIVE


def _sentence(span: Span, lines: tuple[Observed, ...]) -> str:
    if not lines:
        return "the change note expects nothing"
    said = Counter(line.came_true for line in lines)
    short = " (cut short: another version went live)" if span.cut_short else ""
    return (
        f"of {len(lines)} expectations {said[True]} came true, {said[False]} did not, {said[None]} cannot be told,"
        f" {(span.until - span.since) / timedelta(hours=1):.3g} hours after it went live{short}"
    )
