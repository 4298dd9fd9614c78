"""While a guard's `within` runs: the new version against its holdback, with the evidence of the canary carried on."""

from __future__ import annotations

from datetime import datetime, timedelta

from registry.runtime import routes_change
from registry.runtime.bucket import BUCKETS
from registry.runtime.routes import Holdback, Route, RouteTable
from tasks.canary.declaring import Declared, recorded
from tasks.canary.judge import Moment
from tasks.canary.look import Action, Look
from tasks.canary.looking import take_look
from tasks.ledger import event
from tasks.ledger.claim import Claim
from tasks.ledger.event import Event
from tasks.ledger.event import event as an_event
from tasks.release.loading import load
from tasks.release.record import Record, Walk
from tasks.release.traffic import change
from tasks.release.workspace import Workspace

from .acting import ACTOR, Harm, carry_out, past_of
from .answer import after_harm
from .finding import Did, Finding, Watched

_DID = {Action.HOLD: Did.HELD}


def compare(workspace: Workspace, environment: str, prompt: str, route: Route, claimed: Claim) -> Finding | None:
    """One look, or the end of a holdback whose time is over; None where there is nothing to compare.

    Raises ClaimTaken when another monitor watches this environment meanwhile.
    """
    back, now = route.holdback, workspace.now()
    if back is None:
        return None
    if back.until <= now:
        return _end(workspace, environment, prompt, back)
    record = load(workspace, back.release, Walk(now), now)
    told, since = recorded(workspace, record), _promoted_at(workspace, back.release)
    if told is None or since is None or now > since + _within(told):
        return None
    moment = Moment(now, BUCKETS - back.share_bps, since, promoted=True)
    seen = take_look(workspace, record, told, claimed, moment)
    return _answered(workspace, record, route, since, seen.look)


def _within(told: Declared) -> timedelta:
    """How long after promotion: as the guard of the change note that lasts longest says."""
    return max((watch.within for watch in told.plan.watches if watch.within is not None), default=timedelta(0))


def _promoted_at(workspace: Workspace, release_id: str) -> datetime | None:
    events = event.of_release(workspace.store, release_id)
    return next((e.at for e in events if e.kind == "promptship.release.promoted"), None)


def _answered(workspace: Workspace, record: Record, route: Route, since: datetime, look: Look) -> Finding:
    environment, prompt = record.environment, record.prompt_id
    counts = f"{look.total_canary} new and {look.total_live} old units, the canary's among them"
    if look.action is not Action.ROLL_BACK:
        did = _DID.get(look.action, Did.LOOKED)
        return Finding(environment, prompt, Watched.HOLDBACK, did, f"{look.reason}; {counts}")
    now = workspace.now()
    past = past_of(workspace.store, environment, prompt, route, since, now)
    name = f"{record.release_id}:holdback"
    harm = Harm(environment, prompt, record.to_behavior, Watched.HOLDBACK, name, f"{look.reason}; {counts}")
    return carry_out(workspace, harm, after_harm(past, now))


def _end(workspace: Workspace, environment: str, prompt: str, back: Holdback) -> Finding:
    """Readers have left it at its time already; while it stands in the table no large canary fits beside it."""
    about = {"environment": environment, "prompt_id": prompt, "release_id": back.release, "behavior": back.behavior}

    def told(_: RouteTable) -> list[Event]:
        payload = {"until": back.until.isoformat()}
        at = workspace.now()
        return [an_event(kind="promptship.holdback.ended", actor=ACTOR, subjects=about, payload=payload, at=at)]

    change(workspace, environment, lambda table: routes_change.end_holdback(table, prompt, back.release), told)
    said = f"the holdback of {back.release} is over: every unit gets live"
    return Finding(environment, prompt, Watched.HOLDBACK, Did.CARRIED_ON, said)
