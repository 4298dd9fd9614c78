"""One look at a canary: one transaction that takes in what has arrived, counts it, judges it and writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tasks.canary.declaring import Declared
from tasks.canary.judge import Moment, judge
from tasks.canary.look import Action, GuardRow, Look
from tasks.canary.monitor import observe, start
from tasks.canary.state import State
from tasks.canary.unit import Arms, Unit
from tasks.ledger import assignment, claim, event, ingest, look, observation, release
from tasks.ledger.claim import Claim
from tasks.ledger.ingest import Ingested
from tasks.ledger.look import WHOLE
from tasks.ledger.observation import Observation
from tasks.ledger.store import Reader, Transaction
from tasks.release import arriving
from tasks.release.record import Record
from tasks.release.recording import subjects
from tasks.release.workspace import Workspace

GAPS = 10
"""No lease without telemetry: a silence of this many usual gaps between units means that something is broken."""


@dataclass(frozen=True)
class Seen:
    """A look, and whether telemetry is coming in."""

    look: Look
    telemetry: bool


def take_look(workspace: Workspace, record: Record, told: Declared, claimed: Claim, moment: Moment) -> Seen:
    """Take in sealed segments, check the epoch, count new units, judge. Raises ClaimTaken when the watch was lost."""
    segments, withheld = arriving.waiting(workspace), arriving.withheld(workspace)

    def transaction(tx: Transaction) -> tuple[Ingested, Seen]:
        taken = ingest.ingest(tx, segments, moment.now, withheld)
        claim.check(tx, claimed)
        return taken, _look(tx, record, told, claimed, replace(moment, now=taken.at))

    taken, seen = workspace.store.tx(transaction)
    ingest.put_away(taken)
    return seen


def _look(tx: Transaction, record: Record, told: Declared, claimed: Claim, moment: Moment) -> Seen:
    kept = look.latest(tx, record.release_id)
    state = (
        State.load(kept[0].state) if kept and kept[0].state and not _stale(kept[0].state, told) else start(told.plan)
    )
    row = release.get(tx, record.release_id)
    after = min((mark.closed_at for mark in state.marks.values()), default=None)
    units = _units(tx, row, told, moment, after)
    grown = observe(told.plan, state, map(_unit, units))
    keys = assignment.key_ids(tx, record.release_id)
    found = judge(told.plan, grown, moment, assigned(tx, record.release_id), keys)
    number = kept[0].batch_seq + 1 if kept else 1
    if not kept or grown != state or kept[0].verdict != found.action:
        look.forget_states(tx, record.release_id)
        look.insert_many(tx, _rows(record, found, grown, number, claimed.epoch, moment.now, told))
    if found.action is Action.ROLL_BACK:
        _breached(tx, record, found, moment)
    return Seen(found, _telemetry(tx, record, told, moment))


def _breached(tx: Transaction, record: Record, found: Look, moment: Moment) -> None:
    """Said once, before anybody acts on it: whoever hears of it may act although this process dies now."""
    against = "holdback" if moment.promoted else "canary"
    event.append(
        tx,
        kind=f"promptship.{against}.breached",
        actor="monitor",
        subjects=subjects(record),
        payload={"guards": list(found.breaches), "share_bps": found.share_bps, "reason": found.reason},
        at=moment.now,
        event_id=f"{record.release_id}:{against}:breached",
    )


def _units(
    tx: Transaction, row: release.Release, told: Declared, moment: Moment, after: datetime | None
) -> list[Observation]:
    """The canary against live; after promotion what is live now, as the canary was, against the holdback."""
    if not moment.promoted:
        return observation.unit_observations(tx, row, moment.now, told.windows, after)
    return observation.held_observations(
        tx, row, moment.now, told.windows, since=moment.step_started_at, share_bps=moment.share_bps, after=after
    )


def _stale(state: Mapping[str, Any], told: Declared) -> bool:
    """Evidence of another plan: the release was rebased since."""
    return bool(state["plan_started_at"] != told.plan.started_at.isoformat())


def _unit(seen: Observation) -> Unit:
    return Unit(seen.unit, seen.arm, seen.share_bps, seen.intent, seen.closed_at, seen.values, seen.window)


def assigned(reader: Reader, release_id: str) -> dict[int, Arms]:
    """Units by share and arm from the assignment log."""
    found: dict[int, Arms] = {}
    for row in assignment.counts(reader, release_id):
        found[row.share_bps] = found.get(row.share_bps, Arms()).plus(row.arm, row.units)
    return found


def _rows(
    record: Record, found: Look, state: State, number: int, epoch: int, now: datetime, told: Declared
) -> list[look.Look]:
    seen = {"share_bps": found.share_bps, "harm": found.harm, "suspicion": found.suspicion}
    kept = {**state.dump(), "plan_started_at": told.plan.started_at.isoformat(), "seen": seen}
    watermark = max((mark.closed_at for mark in state.marks.values()), default=None)
    whole = look.Look(
        release_id=record.release_id,
        batch_seq=number,
        epoch=epoch,
        at=now,
        metric=WHOLE,
        intent=WHOLE,
        watermark=watermark,
        n_canary=found.total_canary,
        n_live=found.total_live,
        sum_canary=None,
        sum_live=None,
        state=kept,
        verdict=found.action,
    )
    return [whole, *(_stream(whole, row) for row in found.rows)]


def _stream(whole: look.Look, row: GuardRow) -> look.Look:
    """The line of one guard of the same look: what it showed stays, for the evidence over time."""
    return replace(
        whole,
        metric=row.metric,
        intent=row.intent or "all",
        n_canary=row.n_canary,
        n_live=row.n_live,
        state={name: getattr(row, name) for name in ("guard", "limit", "value", "low", "high", "proof")},
        verdict=row.verdict,
    )


def _telemetry(tx: Transaction, record: Record, told: Declared, moment: Moment) -> bool:
    """Whether anything came in for as long as the traffic lets one expect."""
    rows = tx.rows(
        "SELECT max(ingested_at) AS last FROM trace WHERE environment = ? AND prompt_id = ?",
        [record.environment, record.prompt_id],
    )
    last = max(rows[0]["last"] or moment.step_started_at, moment.step_started_at)
    usual = timedelta(days=1) / told.units_per_day if told.units_per_day else timedelta(0)
    return bool(moment.now - last <= max(record.policy.lease, GAPS * usual))
