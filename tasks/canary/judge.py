"""One look: evidence in, next action out. Rolling back beats holding, that beats waiting, that beats moving on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.canary.look import Action, GuardRow, Look, SampleRatio
from tasks.canary.plan import Plan
from tasks.canary.rows import guard_rows
from tasks.canary.state import State
from tasks.canary.totals import Totals
from tasks.canary.unit import Arms
from tasks.release.verdict import GuardVerdict
from tasks.statistics import srm

SILENT = 10
"""So many answers of the canary expected, by those of live, and none logged: the canary's telemetry is gone."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where the canary stands: its share now, and since when.

    `promoted`: the new version is live and is compared with the holdback; the share is then live's.
    """

    now: datetime
    share_bps: int
    step_started_at: datetime
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What the single checks say, in sentences; empty = nothing."""

    harm: list[str]
    holds: list[str]
    waits: list[str]


def judge(plan: Plan, state: State, moment: Moment, assigned: Mapping[int, Arms], keys: Sequence[str] = ()) -> Look:
    """The look at this state.

    `assigned` are units by arm and share (basis points) from the assignment log, the holdback left out: it also has the
    units whose answers never arrived. `keys` names those that units were hashed with. Missing telemetry, a
    sample-ratio alarm, a second key, evidence of harm from `hold_at` on and a declared guard that cannot be watched
    hold the canary; nothing but proved non-inferiority on every guard moves it on. After promotion nothing is left to
    move: it rolls back, holds or waits.
    """
    totals, next_share = Totals(plan, state), plan.next_share(moment.share_bps)
    blamed = state.alarm.streams if state.alarm else ()
    rows = guard_rows(plan, state, next_share, blamed)
    ratios = sample_ratios(state, assigned)
    dwell_left = _dwell_left(plan, moment, next_share)
    silent, harm = _silent(state, assigned), _harm(plan, state)
    holds = silent + _told_apart(keys) + _holds(plan, totals, rows, ratios)
    found = _Found(harm, holds, _waits(plan, state, moment, rows, dwell_left))
    action, reason = _decide(found, next_share, moment.promoted)
    here = state.units.get(moment.share_bps, Arms())
    return Look(
        action=action,
        renews=action is not Action.ROLL_BACK and not silent,
        reason=reason,
        sentences=tuple(found.harm + found.holds + found.waits) or (reason,),
        rows=rows,
        sample_ratio=ratios,
        left_out=plan.left_out,
        share_bps=moment.share_bps,
        next_share_bps=next_share,
        harm=_exp(state.alarm.log_e if state.alarm else totals.screened),
        harm_needed=1 / plan.alpha,
        suspicion=_exp(totals.unscreened),
        hold_at=plan.hold_at,
        units_canary=here.canary,
        units_live=here.live,
        total_canary=state.total.canary,
        total_live=state.total.live,
        units_needed=_units_needed(plan, moment.share_bps),
        dwell_left=dwell_left,
        overdue=moment.now - plan.started_at >= plan.deadline,
        breaches=blamed,
    )


def _decide(found: _Found, next_share: int, promoted: bool) -> tuple[Action, str]:
    if found.harm:
        return Action.ROLL_BACK, found.harm[0]
    if found.holds:
        return Action.HOLD, found.holds[0]
    if promoted:
        return Action.WAIT, "no harm is proved against the holdback"
    if found.waits:
        return Action.WAIT, found.waits[0]
    if next_share == 10_000:
        return Action.PROMOTE, "every guard is proved not worse than its margin"
    return Action.ADVANCE, f"every guard is proved not worse than its margin at a share of {next_share / 100:g} %"


def _harm(plan: Plan, state: State) -> list[str]:
    if state.alarm is None:
        return []
    named, evidence = ", ".join(state.alarm.streams), _exp(state.alarm.log_e)
    return [f"harm beyond the margin: {named}; evidence {evidence:.3g}, needed {1 / plan.alpha:.3g}"]


def _silent(state: State, assigned: Mapping[int, Arms]) -> list[str]:
    canary, live = (sum(getattr(arms, arm) for arms in assigned.values()) for arm in ("canary", "live"))
    if state.total.canary or not live or state.total.live * canary / live < SILENT:
        return []
    return [f"no telemetry: {canary} units went to the canary, no answer of theirs is logged"]


def _told_apart(keys: Sequence[str]) -> list[str]:
    """Under another key a user is another unit: counted twice, and as if one said nothing about the other."""
    if len(keys) < 2:
        return []
    return [f"units are hashed with {len(keys)} keys ({', '.join(keys)}): set one PROMPTSHIP_UNIT_KEY everywhere"]


def _holds(plan: Plan, totals: Totals, rows: tuple[GuardRow, ...], ratios: tuple[SampleRatio, ...]) -> list[str]:
    found = [_mismatch(ratio) for ratio in ratios if ratio.alarm]
    found += [f"{row.guard}: {row.reason}" for row in rows if row.verdict is GuardVerdict.MISSING]
    found += [f"{left.metric} is not watched: {left.reason}" for left in plan.left_out if left.blocks]
    if not plan.watches:
        found.append("no guard is watched, so nothing can be proved")
    if plan.watches and _exp(totals.unscreened) >= plan.hold_at:
        found.append(f"evidence of harm {_exp(totals.unscreened):.3g}, nothing advances from {plan.hold_at:g} on")
    return found


def _mismatch(ratio: SampleRatio) -> str:
    counts = f"{ratio.canary} canary and {ratio.live} live {ratio.of} do not fit the share"
    return f"sample ratio: {counts}; evidence {ratio.e_value:.3g}, alarm at {srm.ALARM:g}"


def _waits(plan: Plan, state: State, moment: Moment, rows: tuple[GuardRow, ...], dwell_left: timedelta) -> list[str]:
    have, need = state.units.get(moment.share_bps, Arms()).canary, _units_needed(plan, moment.share_bps)
    found = [f"{have} of {need} canary units in this step"] if have < need else []
    if dwell_left > timedelta(0):
        found.append(f"the step has {math.ceil(dwell_left.total_seconds())} s to go")
    unproved = [row for row in rows if row.verdict is not GuardVerdict.PASS]
    return found + [f"{_name(row)}: {row.reason}" for row in unproved if row.verdict is GuardVerdict.INSUFFICIENT]


def _name(row: GuardRow) -> str:
    return row.guard if row.intent is None else f"{row.guard} [{row.intent}]"


def _dwell_left(plan: Plan, moment: Moment, next_share: int) -> timedelta:
    """Time to go: the step's dwell, and before promotion the least length of the whole canary."""
    left = moment.step_started_at + plan.dwell - moment.now
    if next_share == 10_000:
        left = max(left, plan.started_at + plan.min_total - moment.now)
    return max(left, timedelta(0))


def _units_needed(plan: Plan, share_bps: int) -> int:
    return plan.first_step_units if share_bps == plan.ramp[0] else plan.min_units


def sample_ratios(state: State, assigned: Mapping[int, Arms]) -> tuple[SampleRatio, ...]:
    """The check on assigned units and on those with answers: a lost answer shows only in the second."""
    return _ratio("assigned units", assigned), _ratio("units with answers", state.units)


def _ratio(of: str, units: Mapping[int, Arms]) -> SampleRatio:
    steps = {share: srm.Counts(arms.canary, arms.live) for share, arms in units.items()}
    log_e = srm.log_e_of_steps(steps)
    canary, live = (sum(counts[arm] for counts in steps.values()) for arm in (0, 1))
    return SampleRatio(of, _exp(log_e), log_e >= math.log(srm.ALARM), canary, live)


def _exp(log_e: float) -> float:
    """An e-value for people: JSON has no infinity."""
    return math.exp(min(log_e, 700.0))
