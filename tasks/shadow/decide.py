"""Shadow's decision: harm beyond a margin proved, non-inferior on every guard this sample can test, or not known.

The rule and its simulated error rates: `docs/methods/shadow.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.release.verdict import GuardVerdict, Verdict
from tasks.shadow import sentence
from tasks.shadow.planning import planned_power
from tasks.shadow.sample import Change, Guard, Replay, Sample, ShadowRow, ShadowVerdict
from tasks.statistics.multiplicity import holm
from tasks.statistics.paired import Z_ONE_SIDED, Estimate, plus_four

ALPHA = 0.05
POWER = 0.5


def decide(sample: Sample) -> ShadowVerdict:
    """The verdict over all guards.

    REJECT when one is harmed beyond its margin (Holm over metric x intent at 5 %). PASS when non-inferiority is proved
    at one-sided 5 % on each guard planned with a power of at least .5, and there is one. Else INCONCLUSIVE. A value
    that only one version has counts against whatever is to be proved. ValueError when two guards have one name.
    """
    if len({guard.name for guard in sample.guards}) != len(sample.guards):
        raise ValueError("a metric, side and intent is guarded once, found one twice")
    p_values = {guard.name: _harm_p(guard) for guard in sample.guards}
    harmed = holm({name: p for name, p in p_values.items() if p is not None}, ALPHA)
    rows = tuple(_row(guard, p_values[guard.name], harmed=guard.name in harmed) for guard in sample.guards)
    verdict = _verdict(rows, sample)
    left = tuple(guard.name for guard, row in zip(sample.guards, rows, strict=True) if not row.tested)
    return ShadowVerdict(verdict, sentence.reason(verdict, rows, sample), rows, left, sample.ended_early)


def _verdict(rows: Sequence[ShadowRow], sample: Sample) -> Verdict:
    if any(row.verdict is GuardVerdict.BREACH for row in rows):
        return Verdict.REJECT
    tested = [row for row in rows if row.tested]
    proved = bool(tested) and all(row.verdict is GuardVerdict.PASS for row in tested)
    complete = sample.found >= sample.minimum and not sample.missing_variables and not sample.unreplayed
    return Verdict.PASS if proved and complete else Verdict.INCONCLUSIVE


def _row(guard: Guard, p: float | None, *, harmed: bool) -> ShadowRow:
    least, most = estimate(guard, gap=0.0), estimate(guard, gap=1.0)
    low, high = least.interval(Z_ONE_SIDED).low, most.interval(Z_ONE_SIDED).high
    change = Change((least.mean + most.mean) / 2, max(low, -1.0), min(high, 1.0), least.n, least.clusters)
    power = planned_power(guard)
    unpaired = sum(replay.candidate is None or replay.baseline is None for replay in _seen(guard))
    return ShadowRow(
        metric=guard.metric,
        intent=guard.intent,
        side=guard.side,
        margin=guard.margin,
        change=change,
        p=1.0 if p is None else p,
        power=power,
        tested=power >= POWER,
        unpaired=unpaired,
        verdict=_guard_verdict(guard, change, harmed=harmed),
    )


def _guard_verdict(guard: Guard, change: Change, *, harmed: bool) -> GuardVerdict:
    if harmed:
        return GuardVerdict.BREACH
    if not any(replay.candidate is not None for replay in guard.replays):
        return GuardVerdict.MISSING
    return GuardVerdict.PASS if change.high < guard.margin else GuardVerdict.INSUFFICIENT


def _harm_p(guard: Guard) -> float | None:
    """Against "harm within the margin", missing values at their best; None when there is nothing to test with."""
    least = estimate(guard, gap=0.0)
    return least.p_above(guard.margin) if least.df > 0 else None


def estimate(guard: Guard, *, gap: float) -> Estimate:
    """Mean change of harm by unit, with the candidate's missing values at `gap` and the baseline's at 1 - gap."""
    seen = _seen(guard)
    differences = [_filled(replay.candidate, gap) - _filled(replay.baseline, 1 - gap) for replay in seen]
    return plus_four(differences, [replay.unit for replay in seen])


def _seen(guard: Guard) -> list[Replay]:
    return [replay for replay in guard.replays if replay.candidate is not None or replay.baseline is not None]


def _filled(value: float | None, gap: float) -> float:
    return gap if value is None else value
