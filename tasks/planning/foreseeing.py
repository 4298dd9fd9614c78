"""Fetch what a plan is made of: the registry, the eval sets, what answers took so far, and today's traffic."""

from __future__ import annotations

from datetime import datetime
from statistics import fmean

from registry.diff.paragraphs import text_of
from registry.tokens import of_messages
from tasks.canary import declaring
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.gate.subject import Subject, kept, of_record
from tasks.ledger import drift_alarm, rate, trace
from tasks.ledger.rate import Rate
from tasks.planning.gating import Calls, gate_ahead
from tasks.planning.gating import untestable as untestable_in_gate
from tasks.planning.guarding import canary_ahead
from tasks.planning.guarding import untestable as untestable_in_canary
from tasks.planning.prospect import Canary, Prospect, StepAhead, Untestable
from tasks.planning.stepping import Shadowing, Work, steps_ahead
from tasks.planning.work import Call, per_call
from tasks.release import arriving
from tasks.release.record import Record
from tasks.release.workspace import Workspace
from tasks.shadow.replaying import missing, recorded
from tasks.shadow.sampling import LOOK_BACK

_RENDERED = 20
"""Cases whose messages are counted for an estimate of the prompt's tokens."""


def foresee(workspace: Workspace, record: Record, attempt: int, now: datetime) -> Prospect:
    """The plan of this release as things stand; no call is made. Raises what its stages would, as EvalSetError.

    What applications wrote until now is taken into the ledger: it is today's traffic.
    """
    arriving.take_in(workspace, now)
    full, fast = (of_record(workspace, record, full=whole) for whole in (True, False))
    calls = _calls(workspace, full)
    test = kept(workspace.store, full, record, now)
    shadow = Shadowing(0, 0, 0) if record.first else _shadowing(workspace, record, full, now)
    steps = steps_ahead(record, Work(full, fast, calls, test, shadow))
    gate = gate_ahead(full, record.first)
    canary, left = (None, []) if record.first else _canary(workspace, record, attempt, now)
    return Prospect(
        version=full.version.name,
        from_version=record.from_version,
        environment=record.environment,
        risk=full.version.risk,
        attempt=attempt,
        steps=steps,
        gate=gate,
        canary=canary,
        untestable=(*untestable_in_gate(full, gate), *left),
        notes=tuple(_notes(record, full, canary, calls, steps)),
    )


def _canary(workspace: Workspace, record: Record, attempt: int, now: datetime) -> tuple[Canary, list[Untestable]]:
    told = declaring.fresh(workspace, record, now, attempt)
    canary = canary_ahead(told.plan, told.units_per_day)
    return canary, untestable_in_canary(told.plan, canary)


def _calls(workspace: Workspace, subject: Subject) -> Calls:
    """By arm; an arm that was seldom asked is taken to be like live where both are on one model."""
    rates = {arm.name: rate.of_behavior(workspace.store, arm.artifact.behavior) for arm in subject.arms}
    return {arm.name: _call(arm, subject, rates) for arm in subject.arms}


def _call(arm: Arm, subject: Subject, rates: dict[str, Rate]) -> Call:
    live = next((other for other in subject.arms if other.name == LIVE), None)
    like = rates[LIVE] if live is not None and live.model.key == arm.model.key else None
    most = arm.artifact.decoding.max_output_tokens
    return per_call(arm.model, rates[arm.name], like, _prompt_tokens(arm, subject.selection), most)


def _prompt_tokens(arm: Arm, selection: Selection) -> float:
    cases = selection.cases[:_RENDERED]
    rendered = [arm.artifact.render(**case.variables) for case in cases]
    return fmean(of_messages([text_of(message["content"]) for message in messages]) for messages in rendered)


def _shadowing(workspace: Workspace, record: Record, subject: Subject, now: datetime) -> Shadowing:
    """How many recorded requests would be asked again, and for how many of them live too."""
    rule = record.policy.shadow
    place = (record.environment, record.prompt_id)
    seed = f"{record.release_id}:shadow"
    sampled = trace.sample(workspace.store, *place, since=now - LOOK_BACK, until=now, size=rule.sample, seed=seed)
    candidate = next(arm for arm in subject.arms if arm.name == CANDIDATE)
    usable = [one for one in sampled if not missing(one, candidate)]
    drifted_at = drift_alarm.newest(workspace.store, [arm.model.key for arm in subject.arms if arm.name == LIVE])
    again = sum(not recorded(one, record.from_behavior or "", drifted_at) for one in usable)
    return Shadowing(len(usable), again, rule.minimum)


def _notes(
    record: Record, subject: Subject, canary: Canary | None, calls: Calls, steps: tuple[StepAhead, ...]
) -> list[str]:
    found = []
    if subject.components.measured is None and not record.first:
        found.append("the eval set's spread is assumed, not measured on it")
    if subject.judging is not None and subject.judging.rubrics is not None:
        found.append("a model judges this set: its calls come on top of these")
    if not all(call.measured for call in calls.values()):
        found.append("tokens are estimated: these versions were answered too seldom to measure them")
    if canary is not None and canary.units_per_day is None:
        found.append("no traffic in the last days: nobody can say how long the canary takes")
    if canary is not None and canary.low_traffic:
        found.append("few units a day: the environment's low-traffic ramp and deadline are used")
    budget, most = record.policy.budget_usd_per_release, [step.most.usd for step in steps]
    if budget is not None and None not in most and sum(usd or 0.0 for usd in most) > budget:
        found.append(f"it may cost more than a release may spend here ({budget:g} USD): it would stop in an error")
    return found
