"""Watch what is live against the levels of its environment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from registry.behavior import sha, short
from registry.policy import Policy
from registry.runtime.routes import Route
from registry.runtime.routes_change import rollback_target
from tasks.canary.declaring import LOOK_BACK, history_of, units_per_day, windows_of
from tasks.ledger import claim, event, ingest, look, observation, trace
from tasks.ledger.claim import Claim
from tasks.ledger.event import Event
from tasks.ledger.look import WHOLE, Look
from tasks.ledger.observation import Observation, Windows
from tasks.ledger.store import Transaction
from tasks.release.workspace import Workspace

from .acting import Harm, carry_out, past_of
from .answer import after_breach
from .finding import Did, Finding, Watched
from .levels import Levels, broken, freeze, observe

PROMOTED: Final = "promptship.release.promoted"
_WENT_LIVE: Final = (PROMOTED, "promptship.live.pinned", "promptship.live.rolled_back")
_EVER: Final = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Live:
    """One prompt's live version after a look: `id` names its time as live under these levels, `since` began it."""

    id: str
    environment: str
    prompt: str
    route: Route
    since: Event
    model: str
    levels: Levels
    broken: tuple[str, ...]

    @property
    def promoted_at(self) -> datetime | None:
        return self.since.at if self.since.kind == PROMOTED else None

    @property
    def name(self) -> str:
        return f"{self.route.live.version} ({short(self.route.live.behavior)})"

    @property
    def sentence(self) -> str:
        said = f"{self.levels.units} units of {self.name} since {self.since.at:%Y-%m-%d %H:%M} UTC"
        if self.broken:
            return f"{', '.join(self.broken)} broken, {said}"
        watched = ", ".join(watch.text for watch in self.levels.watches)
        missing = [f"{left.metric} is not watched: {left.reason}" for left in self.levels.left_out]
        return "; ".join([f"{watched or 'no level'} holds, {said}", *missing])


def look_at(workspace: Workspace, environment: str, prompt: str, route: Route, claimed: Claim) -> Live | None:
    """Take in the units that closed since the last look. None where no level is set, or nothing says since when it is
    live. Raises ClaimTaken when another monitor watches this environment meanwhile.
    """
    rules = _rules(workspace, environment, prompt, route)
    since = _since(workspace, environment, prompt, route)
    if since is None or not rules.live_guards:
        return None
    name = f"live:{since.event_id}:{sha([guard.model_dump(mode='json') for guard in rules.live_guards])[:8]}"
    levels = _taken_in(workspace, name, (environment, prompt), route, rules, since, claimed)
    model = workspace.publisher.get_artifact(route.live.behavior).model_key
    return Live(name, environment, prompt, route, since, model, levels, broken(levels, workspace.now()))


def answered(workspace: Workspace, live: Live, beside: Iterable[Live]) -> Finding:
    """What follows from this look, beside the looks at the other prompts of the environment."""
    if not live.broken:
        return Finding(live.environment, live.prompt, Watched.LEVELS, Did.LOOKED, live.sentence)
    now = workspace.now()
    past = past_of(workspace.store, live.environment, live.prompt, live.route, live.promoted_at, now)
    others = tuple(o.prompt for o in beside if o.prompt != live.prompt and o.model == live.model and o.broken)
    kept = set(live.broken) <= set(live.levels.kept)
    behavior = live.route.live.behavior
    harm = Harm(live.environment, live.prompt, behavior, Watched.LEVELS, live.id, live.sentence)
    return carry_out(workspace, harm, after_breach(past, now, kept=kept, others=others))


def _rules(workspace: Workspace, environment: str, prompt: str, route: Route) -> Policy:
    """The environment's rules as they are today, for the risk of the live version."""
    version = workspace.catalog.get(prompt, route.live.version)
    return workspace.catalog.environments.policy(environment, version.risk)


def _since(workspace: Workspace, environment: str, prompt: str, route: Route) -> Event | None:
    events = event.of_prompt(workspace.store, environment, prompt, kinds=_WENT_LIVE, since=_EVER)
    return next((e for e in reversed(events) if e.behavior == route.live.behavior), None)


def _taken_in(
    workspace: Workspace,
    name: str,
    place: tuple[str, str],
    route: Route,
    rules: Policy,
    since: Event,
    claimed: Claim,
) -> Levels:
    kept = look.latest(workspace.store, name)
    levels = Levels.load(kept[0].state or {}) if kept else _fresh(workspace, place, route, rules, since)
    windows = windows_of(rules, workspace.catalog.metrics, [watch.metric for watch in levels.watches])

    def transaction(tx: Transaction) -> Levels:
        claim.check(tx, claimed)
        now = ingest.moment(tx, workspace.now())
        grown = observe(levels, _units(tx, place, route.live.behavior, levels, windows, now))
        if not kept or grown != levels:
            look.replace(tx, _row(name, grown, claimed.epoch, now, kept[0].batch_seq + 1 if kept else 1))
        return grown

    return workspace.store.tx(transaction)


def _units(
    tx: Transaction, place: tuple[str, str], behavior: str, levels: Levels, windows: Windows, now: datetime
) -> list[Observation]:
    after = min((mark.closed_at for mark in levels.marks.values()), default=None)
    since = max(levels.since, now - LOOK_BACK)
    return observation.history(tx, *place, behavior, since=since, until=now, windows=windows, after=after)


def _fresh(workspace: Workspace, place: tuple[str, str], route: Route, rules: Policy, since: Event) -> Levels:
    """Frozen from what the target of a rollback did in its last days as live."""
    target, metrics = rollback_target(route), workspace.catalog.metrics
    seen: list[Observation] = []
    began = None
    if target is not None:
        windows = windows_of(rules, metrics, [guard.metric for guard in rules.live_guards])
        first, until = since.at - LOOK_BACK, since.at
        seen = observation.history(workspace.store, *place, target.behavior, since=first, until=until, windows=windows)
        began = trace.began(workspace.store, *place, since=first, until=until, behavior=target.behavior)
    before = history_of(seen, set(), units_per_day(seen, since.at, began))
    return freeze(rules.live_guards, metrics, before, since.at)


def _row(name: str, levels: Levels, epoch: int, now: datetime, number: int) -> Look:
    return Look(
        release_id=name,
        batch_seq=number,
        epoch=epoch,
        at=now,
        metric=WHOLE,
        intent=WHOLE,
        watermark=max((mark.closed_at for mark in levels.marks.values()), default=None),
        n_canary=levels.units,
        n_live=0,
        sum_canary=None,
        sum_live=None,
        state=levels.dump(),
        verdict="wait",
    )
