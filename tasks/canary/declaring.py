"""Freeze what a canary watches, once, in the ledger: whoever carries it on watches by the same plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.metrics import Metrics
from registry.policy import Policy
from registry.runtime.artifact_file import Artifact
from tasks.canary.freezing import freeze
from tasks.canary.guards import Note
from tasks.canary.history import History
from tasks.canary.plan import Plan
from tasks.evaluation.arms import reach
from tasks.ledger import event, observation, release, trace
from tasks.ledger.observation import ANSWER_METRICS, Observation, Reduction, Windows
from tasks.release.record import Record
from tasks.release.recording import subjects
from tasks.release.workspace import Workspace

PLANNED = "promptship.canary.planned"
LOOK_BACK = timedelta(days=7)
TOOL = "tool_call:"


@dataclass(frozen=True)
class Declared:
    """The frozen plan, the windows it observes units in, and today's traffic (units a day, None = unknown)."""

    plan: Plan
    windows: Windows
    units_per_day: float | None


def declared(workspace: Workspace, record: Record) -> Declared:
    """The plan of this release against this baseline: the one in the ledger, else a new one.

    Frozen with the generation of the routes: only units assigned later are this plan's.
    """
    kept = recorded(workspace, record)
    if kept is not None:
        return kept
    found = fresh(workspace, record, workspace.now())
    routes = workspace.publisher.read_table(record.environment).generation
    payload = {"plan": found.plan.dump(), "units_per_day": found.units_per_day, "generation": routes}
    workspace.store.tx(
        lambda tx: event.append(
            tx,
            kind=PLANNED,
            actor=workspace.actor,
            subjects=subjects(record),
            payload=payload,
            at=record.after(workspace.now()),
            event_id=_event_id(record),
        )
    )
    return found


def recorded(workspace: Workspace, record: Record) -> Declared | None:
    """The plan in the ledger; None when this release has had no canary against this baseline."""
    events = event.of_release(workspace.store, record.release_id)
    kept = next((e for e in events if e.event_id == _event_id(record)), None)
    if kept is None:
        return None
    plan = Plan.load(kept.payload["plan"])
    windows = windows_of(record.policy, workspace.catalog.metrics, [watch.metric for watch in plan.watches])
    return Declared(plan, windows, kept.payload["units_per_day"])


def _event_id(record: Record) -> str:
    """A baseline that is live again after another one is a new one."""
    again = f":{record.rebased_at.isoformat()}" if record.rebased_at else ""
    return f"{record.release_id}:{record.from_behavior}:plan{again}"


def fresh(workspace: Workspace, record: Record, now: datetime, attempt: int | None = None) -> Declared:
    """What would be watched from now on, by the guards and by the old version's history.

    `attempt` is given for a release that is not opened yet.
    """
    since = now - LOOK_BACK
    place = (record.environment, record.prompt_id)
    metrics = workspace.catalog.metrics
    collected = trace.collected(workspace.store, *place, since=since, until=now)
    windows = windows_of(record.policy, metrics, [name for name in collected if name in metrics])
    live = record.from_behavior or ""
    seen = observation.history(workspace.store, *place, live, since=since, until=now, windows=windows)
    artifact = workspace.publisher.get_artifact(record.from_behavior or record.to_behavior)
    began = trace.began(workspace.store, *place, since=since, until=now, behavior=live)
    history = history_of(seen, _cannot_occur(artifact), units_per_day(seen, now, began))
    attempt = attempt or release.get(workspace.store, record.release_id).attempt
    version = workspace.catalog.get(record.prompt_id, record.to_version)
    price = reach(artifact, workspace.catalog, workspace.publisher, record.environment).price
    note = Note(version.change, record.policy.margins, record.policy.margin_scale, metrics.metric, price)
    plan = freeze(note, record.policy, history, started_at=now, attempt=attempt)
    watched = windows_of(record.policy, metrics, [watch.metric for watch in plan.watches])
    return Declared(plan, watched, history.units_per_day)


def _cannot_occur(artifact: Artifact) -> set[str]:
    """Metrics that are zero by construction: watching them would only dilute the others."""
    return ({"tool_error"} if not artifact.tools else set()) | ({"fallback"} if not artifact.fallbacks else set())


def units_per_day(seen: list[Observation], now: datetime, began: datetime | None) -> float | None:
    """Units of a version over the time since its first request, at most the days looked back at; None without any."""
    answered = sum(one.window == "answer" for one in seen)
    if not answered or began is None:
        return None
    return answered / max((now - began) / timedelta(days=1), 1 / 1440)


def windows_of(rules: Policy, metrics: Metrics, names: Iterable[str]) -> Windows:
    """What to ask of units, so that each of these metrics has a value."""
    wanted = [name for name in names if name not in ANSWER_METRICS and name != "latency_tail"]
    tools = tuple(name.removeprefix(TOOL) for name in wanted if name.startswith(TOOL))
    others = {name: _reduction(metrics, name) for name in wanted if not name.startswith(TOOL)}
    feedback = {name: kind for name, kind in others.items() if "feedback" in metrics.metric(name).needs}
    own = {name: kind for name, kind in others.items() if name not in feedback}
    return Windows(rules.answer_window, rules.unit_window, feedback, own, tools)


def _reduction(metrics: Metrics, name: str) -> Reduction:
    metric = metrics.metric(name)
    if metric.kind != "yes_no":
        return "mean"
    return "all" if metric.bad == "down" else "any"


def history_of(seen: list[Observation], left_out: set[str], units_per_day: float | None) -> History:
    """Values by metric and intent, without the metrics of `left_out`."""
    values: dict[str, dict[str, list[float]]] = {}
    for one in seen:
        for name, value in one.values.items():
            if value is not None and name not in left_out:
                values.setdefault(name, {}).setdefault(one.intent, []).append(value)
    return History(values, units_per_day)
