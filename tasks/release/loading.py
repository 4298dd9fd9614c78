"""Read the record of a release from ledger and route table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from registry.errors import ReleaseError
from registry.policy import Policy
from registry.runtime.publishing import Publisher
from registry.runtime.routes import Route
from tasks.ledger import event, rehearsal, release, stage_result
from tasks.ledger.event import Event
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Reader

from .record import Answer, Closing, Finished, Record, Stage, Walk, stage_key
from .verdict import Decision, Verdict
from .workspace import Workspace

ASKED = "promptship.approval.asked"
ANSWERED = "promptship.approval.answered"
REBASED = "promptship.release.rebased"


def begin(workspace: Workspace, release_id: str, until: Stage | None, watch: timedelta) -> Record:
    """The record at the beginning of a walk, which is later than all that other walks did, whatever their clocks said.

    Raises UnknownRelease, LedgerError.
    """
    now = workspace.now()
    record = load(workspace, release_id, Walk(now, until, watch), now)
    return replace(record, walk=Walk(record.after(now), until, watch))


def load_open(workspace: Workspace, release_id: str) -> Record:
    """The record of a release that a person decides about. Raises UnknownRelease, ReleaseError when it has ended."""
    now = workspace.now()
    record = load(workspace, release_id, Walk(now), now)
    if record.decision is not None:
        raise ReleaseError(
            f"{release_id} has ended already, in {record.decision}",
            expected="an open release",
            fix="Look with `promptship release list`",
        )
    return record


def load(workspace: Workspace, release_id: str, walk: Walk, now: datetime) -> Record:
    """The record of this release at `now`. Raises UnknownRelease."""
    return workspace.store.read(lambda view: _load(view, workspace.publisher, release_id, walk, now))


def _load(view: Reader, publisher: Publisher, release_id: str, walk: Walk, now: datetime) -> Record:
    """All that the ledger says is of one moment; the table is read after it, and is right on what serves."""
    row = release.get(view, release_id)
    events = event.of_release(view, release_id)
    results = stage_result.of_release(view, release_id)
    policy = Policy.model_validate(row.policy)
    route = publisher.read_table(row.environment).prompts.get(row.prompt_id)
    proof = (row.environment, row.prompt_id, row.from_behavior, policy.rehearsal_valid, now)
    rebased_at = max((e.at for e in events if e.kind == REBASED), default=None)
    asked = [e for e in events if rebased_at is None or e.at > rebased_at]
    return Record(
        release_id=release_id,
        environment=row.environment,
        prompt_id=row.prompt_id,
        to_version=row.to_version,
        to_behavior=row.to_behavior,
        from_version=row.from_version,
        from_behavior=row.from_behavior,
        policy=policy,
        walk=walk,
        opened_at=row.started_at,
        live=route.live.behavior if route is not None else None,
        closed=_closing(route, release_id),
        decision=Decision(row.decision) if row.decision else None,
        reason=row.reason,
        rebased_at=rebased_at,
        rehearsed=rehearsed(view, route, *proof),
        finished=tuple(map(_finished, results)),
        answers=tuple(_answers(asked)),
        asked={str(e.payload["of"]): e.at for e in asked if e.kind == ASKED},
    )


def _finished(result: StageResult) -> Finished:
    share = result.evidence.get("share") if result.stage == Stage.CANARY else None
    return Finished(stage_key(Stage(result.stage), share), Verdict(result.verdict), result.reason, result.ended_at)


def _answers(events: Iterable[Event]) -> Iterable[Answer]:
    for e in events:
        if e.kind == ANSWERED:
            yield Answer(str(e.payload["of"]), bool(e.payload["approve"]), e.actor, e.at, str(e.payload["reason"]))


def _closing(route: Route | None, release_id: str) -> Closing | None:
    for closed in route.closed if route is not None else ():
        if closed.release == release_id:
            return Closing(closed.by, closed.at, closed.reason)
    return None


def rehearsed(
    reader: Reader,
    route: Route | None,
    environment: str,
    prompt_id: str,
    baseline: str | None,
    valid: timedelta,
    now: datetime,
) -> bool:
    """A proof, not older than `valid`, that the baseline can be gone back to, and no certificate taken away.

    Without a baseline there is nothing to prove.
    """
    if baseline is None:
        return True
    served = route.served if route is not None else ()
    if any(entry.behavior == baseline and not entry.certified for entry in served):
        return False
    proof = rehearsal.latest(reader, environment, prompt_id, baseline)
    return proof is not None and proof.verdict == Verdict.PASS and now - proof.at <= valid
