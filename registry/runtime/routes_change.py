"""Changes of a routing table, as functions from a table to a table.

They say what the next table holds; `stamped` makes it a generation of its own, and the publisher's swap decides who was
first. A change that finds its work done returns the same table, so that every step is safe to do twice.

Every change of live removes the canary and the older holdback. It does not close that canary's attempt: the release may
go back to the gate against the new live. Only withdrawing and promoting close an attempt.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..errors import AttemptClosed, NoRoute, RoutingError
from .bucket import BUCKETS
from .routes import Canary, Closed, Holdback, Pinned, Route, RouteTable, Served

CLOSED_KEPT = 20
SHARE_BESIDE_HOLDBACK = 5_000
PROMOTED = "promoted"
"""The reason of a closed attempt that went live."""


def stamped(table: RouteTable, *, operation: str, at: datetime, by: str) -> RouteTable:
    """The next generation, with the operation that makes it."""
    fields = {"generation": table.generation + 1, "operation": operation, "written_at": at, "written_by": by}
    return table.model_copy(update=fields)


def go_live(table: RouteTable, prompt_id: str, use_case: str, live: Pinned, *, certified: bool = True) -> RouteTable:
    """The first version of a prompt here. Raises RoutingError when another one is live or has the use case."""
    found = table.prompts.get(prompt_id)
    if found is not None and found.live == live:
        return table
    if found is not None:
        raise _refused(f"{prompt_id!r} is live already, as {found.live.version}", "Release the version, or pin it")
    taken = [name for name, route in table.prompts.items() if route.use_case == use_case]
    if taken:
        raise _refused(f"The use case {use_case!r} is served by {taken[0]!r}", "Give the prompt a use case of its own")
    return _with(table, prompt_id, Route(use_case=use_case, live=live, served=(_served(live, certified),)))


def start_canary(table: RouteTable, prompt_id: str, canary: Canary, *, baseline: str) -> RouteTable:
    """`baseline`, which the candidate was judged against, must be live. Raises AttemptClosed, RoutingError."""
    route = table.route(prompt_id)
    refuse_closed(route, canary.release)
    if route.canary is not None and route.canary.release == canary.release:
        return table
    if route.canary is not None:
        raise _refused(f"The canary of {route.canary.release} is running", "Wait for its end, or withdraw it")
    if canary.behavior == route.live.behavior:
        raise _refused(f"{canary.version} behaves like live {route.live.version}", "Nothing is to be released")
    _same_baseline(route, baseline)
    _share_fits(route, canary.share_bps)
    return _change(table, prompt_id, canary=canary)


def set_share(table: RouteTable, prompt_id: str, release: str, share_bps: int) -> RouteTable:
    """The next step of the ramp. Raises AttemptClosed, RoutingError when this canary is gone."""
    route = table.route(prompt_id)
    canary = _own(route, release)
    _share_fits(route, share_bps)
    return _change(table, prompt_id, canary=canary.model_copy(update={"share_bps": share_bps}))


def renew_lease(table: RouteTable, prompt_id: str, release: str, *, now: datetime, seconds: float) -> RouteTable:
    """Traffic for `seconds` more. A lapsed lease may be renewed. Raises AttemptClosed, RoutingError."""
    canary = _own(table.route(prompt_id), release)
    fields = {
        "lease_expires_at": now + timedelta(seconds=seconds),
        "lease_seconds": seconds,
        "lease_seq": canary.lease_seq + 1,
    }
    return _change(table, prompt_id, canary=canary.model_copy(update=fields))


def withdraw_canary(
    table: RouteTable, prompt_id: str, release: str, *, by: str, at: datetime, reason: str
) -> RouteTable:
    """Ends the attempt, whether its canary runs or not: nobody can set it again."""
    route = table.route(prompt_id)
    own = route.canary is not None and route.canary.release == release
    if not own and is_closed(route, release):
        return table
    kept = None if own else route.canary
    return _change(table, prompt_id, canary=kept, closed=_closing(route, release, by, at, reason))


def promote(
    table: RouteTable,
    prompt_id: str,
    release: str,
    candidate: Pinned,
    *,
    baseline: str,
    by: str,
    at: datetime,
    holdback_bps: int = 0,
    holdback_until: datetime | None = None,
    certified: bool = True,
) -> RouteTable:
    """All traffic but a holdback's. Raises AttemptClosed; RoutingError when the baseline is not live."""
    route = table.route(prompt_id)
    if route.live.behavior == candidate.behavior and is_closed(route, release):
        return table
    refuse_closed(route, release)
    _same_baseline(route, baseline)
    _own_or_none(route, release, candidate)
    back = _holdback(route, release, holdback_bps, holdback_until)
    live = Pinned(version=candidate.version, behavior=candidate.behavior)
    closed = _closing(route, release, by, at, PROMOTED)
    served = _front(route, _served(live, certified))
    return _change(table, prompt_id, live=live, canary=None, holdback=back, served=served, closed=closed)


def roll_back(table: RouteTable, prompt_id: str, *, taking: str, to: str | None = None) -> RouteTable:
    """Takes the behavior `taking` off live; when another one is live, that is done. Raises NoRoute without a target.

    With a version `to` it goes back that far at once, and what was live after it is taken away too.
    """
    route = table.route(prompt_id)
    if route.live.behavior != taking:
        return table
    target = rollback_target(route, to)
    if target is None:
        named = f"certified version {to}" if to else "certified version"
        raise NoRoute(
            f"{prompt_id!r} has no {named} before {route.live.version} in {table.environment!r}",
            expected="a version that served all traffic before and is certified",
            fix="Rehearse an older version to certify it (promptship rehearse), or pin one by hand",
        )
    live = Pinned(version=target.version, behavior=target.behavior)
    served = tuple(entry for entry in _front(route, target) if entry.behavior not in {taking, *passed(route, to)})
    return _change(table, prompt_id, live=live, canary=None, holdback=None, served=served)


def rollback_target(route: Route, to: str | None = None) -> Served | None:
    """The newest certified version that served before live, or the newest one of that name."""
    return next((entry for entry in before_live(route) if entry.certified and to in (None, entry.version)), None)


def before_live(route: Route) -> list[Served]:
    """What served all traffic before live, newest first."""
    return [entry for entry in route.served if entry.behavior != route.live.behavior]


def passed(route: Route, to: str | None) -> list[str]:
    """The behaviors that going back as far as `to` takes away besides live; none where nobody named a version."""
    target, before = rollback_target(route, to), before_live(route)
    return [entry.behavior for entry in before[: before.index(target)]] if to and target else []


def pin(table: RouteTable, prompt_id: str, live: Pinned, *, certified: bool = False) -> RouteTable:
    """An operator's choice. A version that served before keeps its certificate; another one has it only when given."""
    route = table.route(prompt_id)
    if route.live.behavior == live.behavior and route.live.version == live.version:
        return table
    known = [entry.certified for entry in route.served if entry.behavior == live.behavior]
    served = _front(route, _served(live, certified or any(known)))
    return _change(table, prompt_id, live=live, canary=None, holdback=None, served=served)


def end_holdback(table: RouteTable, prompt_id: str, release: str) -> RouteTable:
    """All units get live again, once the holdback of this release is over."""
    back = table.route(prompt_id).holdback
    return table if back is None or back.release != release else _change(table, prompt_id, holdback=None)


def certify(table: RouteTable, prompt_id: str, behavior: str) -> RouteTable:
    """After a rehearsal. Raises NoRoute when the behavior never served here."""
    return _certificate(table, prompt_id, behavior, True)


def uncertify(table: RouteTable, prompt_id: str, behavior: str) -> RouteTable:
    """After drift: it is no target of rollback any more. Raises NoRoute when the behavior never served here."""
    return _certificate(table, prompt_id, behavior, False)


def is_closed(route: Route, release: str) -> bool:
    return any(entry.release == release for entry in route.closed)


def refuse_closed(route: Route, release: str) -> None:
    """Raises AttemptClosed, saying who closed the attempt and why."""
    for entry in route.closed:
        if entry.release == release:
            raise AttemptClosed(
                f"{release} was closed by {entry.by} at {entry.at.isoformat()}: {entry.reason}",
                expected="an attempt that is open",
                fix="Start a new attempt: promptship release start ... --again --reason '...'",
            )


def _certificate(table: RouteTable, prompt_id: str, behavior: str, certified: bool) -> RouteTable:
    route = table.route(prompt_id)
    if behavior not in {entry.behavior for entry in route.served}:
        raise NoRoute(
            f"The behavior {behavior!r} of {prompt_id!r} never served all traffic in {table.environment!r}",
            expected=f"one of {[entry.version for entry in route.served]!r}",
            fix="Only what served before can be certified for rollback",
        )
    fields = {"certified": certified}
    served = tuple(e.model_copy(update=fields) if e.behavior == behavior else e for e in route.served)
    return table if served == route.served else _change(table, prompt_id, served=served)


def _own(route: Route, release: str) -> Canary:
    refuse_closed(route, release)
    if route.canary is None or route.canary.release != release:
        found = "no canary runs" if route.canary is None else f"the canary is that of {route.canary.release}"
        raise _refused(f"{release} has no canary here: {found}", "Read the table again and decide again")
    return route.canary


def _own_or_none(route: Route, release: str, candidate: Pinned) -> None:
    if route.canary is not None and _own(route, release).behavior != candidate.behavior:
        raise _refused(f"The canary of {release} is not {candidate.version}", "Promote what was watched")


def _same_baseline(route: Route, baseline: str) -> None:
    if route.live.behavior != baseline:
        raise _refused(
            f"The baseline {baseline[:12]} is no longer live: {route.live.version} is",
            "Withdraw the canary and judge the candidate against the new live version",
        )


def _share_fits(route: Route, share_bps: int) -> None:
    if not 1 <= share_bps < BUCKETS:
        raise _refused(f"A canary cannot take {share_bps} of 10000", "Promote it instead of giving it all traffic")
    if route.holdback is not None and share_bps > SHARE_BESIDE_HOLDBACK:
        raise _refused(
            f"A canary of {share_bps / 100:g} % does not fit beside the holdback of {route.holdback.release}",
            f"Wait until {route.holdback.until.isoformat()}, or end the holdback",
        )


def _holdback(route: Route, release: str, share_bps: int, until: datetime | None) -> Holdback | None:
    """Units that the canary could reach are no control: both shares have to fit."""
    if not share_bps or until is None:
        return None
    seen = route.canary.share_bps if route.canary is not None else 0
    if seen + share_bps > BUCKETS:
        raise _refused(f"A holdback of {share_bps} meets units of a canary of {seen}", "Make one of them smaller")
    salt = route.canary.salt if route.canary is not None else release
    return Holdback(**route.live.model_dump(), release=release, share_bps=share_bps, salt=salt, until=until)


def _closing(route: Route, release: str, by: str, at: datetime, reason: str) -> tuple[Closed, ...]:
    entry = Closed(release=release, by=by, at=at, reason=reason)
    return (*route.closed, entry)[-CLOSED_KEPT:]


def _front(route: Route, first: Served) -> tuple[Served, ...]:
    return (first, *(entry for entry in route.served if entry.behavior != first.behavior))


def _served(pinned: Pinned, certified: bool) -> Served:
    return Served(version=pinned.version, behavior=pinned.behavior, certified=certified)


def _change(table: RouteTable, prompt_id: str, **fields: Any) -> RouteTable:
    return _with(table, prompt_id, table.route(prompt_id).model_copy(update=fields))


def _with(table: RouteTable, prompt_id: str, route: Route) -> RouteTable:
    return table.model_copy(update={"prompts": {**table.prompts, prompt_id: route}})


def _refused(found: str, fix: str) -> RoutingError:
    return RoutingError(found, expected="a change that fits the table as it is", fix=fix)
