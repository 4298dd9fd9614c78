"""Who gets which version: every change is said in the outbox, made by compare-and-swap, then written in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from registry.artifact import PromptVersion
from registry.errors import GenerationTaken, LedgerError
from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.ids import new_id
from registry.runtime.routes import Canary, Pinned, RouteTable
from tasks.ledger import event as events
from tasks.ledger import outbox
from tasks.ledger.anchor import Anchor
from tasks.ledger.event import Event, event
from tasks.ledger.outbox import Ending
from tasks.ledger.stage_result import StageResult

from .record import Record
from .recording import subjects
from .workspace import Workspace

Transition = Callable[[RouteTable], RouteTable]
_TRIES: Final = 50


def change(
    workspace: Workspace,
    environment: str,
    transition: Transition,
    say: Callable[[RouteTable], Sequence[Event]],
    *,
    endings: Sequence[Ending] = (),
    anchors: Sequence[Anchor] = (),
    results: Sequence[StageResult] = (),
) -> RouteTable:
    """Carry a transition through; who loses the swap reads again and decides again. The table as it then is.

    `say` makes the events from the table before the change. A transition that finds its work done writes nothing.
    Raises what the transition raises, and GenerationTaken when others kept writing.
    """
    for _ in range(_TRIES):
        table = workspace.publisher.read_table(environment)
        changed = transition(table)
        if changed == table:
            return table
        now = workspace.now()
        stamped = routes_change.stamped(changed, operation=new_id("op_"), at=now, by=workspace.actor)
        wanted = outbox.intent(stamped, say(table), endings=endings, anchors=anchors, results=results)
        try:
            outbox.carry_out(workspace.roots.outbox, workspace.publisher, workspace.store, wanted)
        except GenerationTaken:
            continue
        return stamped
    raise GenerationTaken(
        f"the routes of {environment!r} were changed by others {_TRIES} times in a row",
        expected="a moment without another writer",
        fix="Run it again",
    )


def publish(workspace: Workspace, record: Record) -> Pinned:
    """Put the candidate's artifact and the way to its models where applications find them, before a table names it."""
    put(workspace, record.environment, workspace.catalog.get(record.prompt_id, record.to_version))
    return Pinned(version=record.to_version, behavior=record.to_behavior)


def put(workspace: Workspace, environment: str, version: PromptVersion) -> None:
    """A version as the registry has it, and the way to its models, for one environment."""
    workspace.publisher.put_artifact(from_behavior(workspace.catalog.behavior(version)))
    models = workspace.catalog.models
    wanted = {name: models[name] for name in (version.model, *version.fallbacks)}
    workspace.publisher.put_models(environment, wanted)


def serve_canary(workspace: Workspace, record: Record, *, share_bps: int) -> datetime:
    """Give the canary this share and a fresh lease; since when it has it. Safe to do again."""
    pinned = publish(workspace, record)
    now, lease = workspace.now(), record.policy.lease.total_seconds()
    canary = Canary(
        version=pinned.version,
        behavior=pinned.behavior,
        release=record.release_id,
        share_bps=share_bps,
        salt=record.release_id,
        lease_expires_at=now + timedelta(seconds=lease),
        lease_seconds=lease,
        lease_seq=1,
    )

    def transition(table: RouteTable) -> RouteTable:
        started = routes_change.start_canary(table, record.prompt_id, canary, baseline=record.from_behavior or "")
        running = started.prompts[record.prompt_id].canary
        if running is not None and running.share_bps == share_bps:
            return started
        shared = routes_change.set_share(started, record.prompt_id, record.release_id, share_bps)
        return routes_change.renew_lease(shared, record.prompt_id, record.release_id, now=now, seconds=lease)

    told = _told(record, workspace.actor, now, {"share_bps": share_bps})
    change(workspace, record.environment, transition, lambda _: [told("promptship.canary.shifted")])
    return _since(workspace, record, share_bps) or now


def _since(workspace: Workspace, record: Record, share_bps: int) -> datetime | None:
    """When this share began, also when another process set it."""
    shifts = [
        e.at
        for e in events.of_release(workspace.store, record.release_id)
        if e.kind == "promptship.canary.shifted" and e.payload["share_bps"] == share_bps
    ]
    return shifts[-1] if shifts else None


def running(workspace: Workspace, record: Record) -> Canary | None:
    """The canary of this release, where the table has one."""
    return _canary_of(workspace.publisher.read_table(record.environment), record)


def _canary_of(table: RouteTable, record: Record) -> Canary | None:
    route = table.prompts.get(record.prompt_id)
    canary = route.canary if route is not None else None
    return canary if canary is not None and canary.release == record.release_id else None


def renew(workspace: Workspace, record: Record) -> None:
    """Renew the canary's lease: no history, no event. Raises RoutingError when this canary is gone, GenerationTaken."""
    table = workspace.publisher.read_table(record.environment)
    now = workspace.now()
    seconds = record.policy.lease.total_seconds()
    renewed = routes_change.renew_lease(table, record.prompt_id, record.release_id, now=now, seconds=seconds)
    stamped = routes_change.stamped(renewed, operation=new_id("op_"), at=now, by=workspace.actor)
    workspace.publisher.swap(stamped, table.generation, history=False)


def withdraw(
    workspace: Workspace,
    record: Record,
    *,
    by: str,
    reason: str,
    because: Event,
    endings: Sequence[Ending] = (),
    results: Sequence[StageResult] = (),
) -> bool:
    """Take the canary's traffic back to live and end the attempt for good, whether or not it had traffic.

    What it was done for (`because`, `endings`, `results`) is written with it, so that no crash can come between; that a
    canary was withdrawn is said only where one ran. Returns whether this call did it: False is that the attempt was
    closed before, or that nothing ever served this prompt.
    """
    now = workspace.now()
    did = False

    def transition(table: RouteTable) -> RouteTable:
        nonlocal did
        did = False
        if record.prompt_id not in table.prompts:
            return table
        closed = routes_change.withdraw_canary(table, record.prompt_id, record.release_id, by=by, at=now, reason=reason)
        did = closed != table
        return closed

    told = _told(record, by, now, {"reason": reason})("promptship.canary.withdrawn")

    def say(table: RouteTable) -> list[Event]:
        return [told, because] if _canary_of(table, record) else [because]

    change(workspace, record.environment, transition, say, endings=endings, results=results)
    return did


def promote(
    workspace: Workspace, record: Record, *, ending: Ending, anchors: Sequence[Anchor], pinned: Pinned
) -> RouteTable:
    """Make the candidate live, with the holdback that the environment asks for. Raises RoutingError, AttemptClosed."""
    now, holdback = workspace.now(), record.policy.holdback
    version = workspace.catalog.get(record.prompt_id, record.to_version)

    def transition(table: RouteTable) -> RouteTable:
        if record.from_behavior is None:
            return routes_change.go_live(table, record.prompt_id, version.use_case, pinned)
        return routes_change.promote(
            table,
            record.prompt_id,
            record.release_id,
            pinned,
            baseline=record.from_behavior,
            by=workspace.actor,
            at=now,
            holdback_bps=round(holdback.share * 100) if holdback else 0,
            holdback_until=now + holdback.for_ if holdback else None,
        )

    told = _told(record, workspace.actor, now, {"version": record.to_version, "reason": ending.reason})
    return change(
        workspace,
        record.environment,
        transition,
        lambda _: [told("promptship.release.promoted")],
        endings=[ending],
        anchors=anchors,
    )


def settle(workspace: Workspace) -> None:
    """Write into the ledger what was published while it could not be had; what cannot be now waits for next time."""
    with suppress(LedgerError):
        catch_up(workspace)


def catch_up(workspace: Workspace) -> None:
    """The same for who decides by what the ledger says: it says all that was published, or LedgerError is raised."""
    outbox.replay(workspace.roots.outbox, workspace.publisher, workspace.store)


def recover(workspace: Workspace) -> None:
    """What a process that died left undone: the ledger says what was published, and people see what the ledger says.

    Raises LedgerError.
    """
    catch_up(workspace)
    workspace.store.publish_missing(workspace.roots.public)


def _told(record: Record, actor: str, at: datetime, payload: Mapping[str, Any]) -> Callable[[str], Event]:
    return lambda kind: event(kind=kind, actor=actor, subjects=subjects(record), payload=payload, at=at)
