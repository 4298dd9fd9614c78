"""The gate's decision at one look: non-inferior to live and to the anchor, or proved worse, or not yet known.

The rule, its sources and its simulated error rates: `docs/methods/gate.md`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from tasks.gate import must_pass, sentence
from tasks.gate.intent_guards import guard_rows, mean_difference
from tasks.gate.look import MIN_CASES, CasePair, GateVerdict, GuardRow, Look, Row, unscored_pairs
from tasks.gate.missing import both_ways
from tasks.release.verdict import Verdict
from tasks.statistics.paired import Estimate, plus_four
from tasks.statistics.power import Z_CASES
from tasks.statistics.sequential import critical


def decide(look: Look) -> GateVerdict:
    """The verdict at this look; up to 2 % unscored pairs are judged both ways, see `missing.both_ways`.

    INCONCLUSIVE with `needs_more_round` means: run the next round and look again. Any other answer closes the test,
    but for ERROR, which is resumable.
    """
    return both_ways(look, rule)


def rule(look: Look) -> GateVerdict:
    """The pure rule, for complete scores.

    In this order: a must-pass failure rejects; an unscored pair is an ERROR; proved worse than live or anchor rejects,
    also inside the margin; a guard rejects; not worse than the margin passes.
    """
    failed = must_pass.failures(look.pairs)
    if failed:
        reason = sentence.must_pass(failed)
        return _bare(look, Verdict.REJECT, reason, tuple(failure.case_id for failure in failed))
    unscored = unscored_pairs(look)
    if unscored or not look.pairs:
        return _bare(look, Verdict.ERROR, sentence.unscored_pairs(unscored, len(look.pairs) * look.rounds_done))
    return _judge(look, _compare(look))


class _Comparison(NamedTuple):
    """Candidate against live, and against the anchor where it is another version."""

    estimates: tuple[Estimate, ...]
    rows: tuple[Row, ...]

    @property
    def live(self) -> Row:
        return self.rows[0]

    @property
    def anchor(self) -> Row | None:
        return self.rows[1] if len(self.rows) > 1 else None


def _compare(look: Look) -> _Comparison:
    clusters = [pair.cluster for pair in look.pairs]
    against = [[mean_difference(pair.candidate, pair.live) for pair in look.pairs]]
    if look.pairs[0].anchor is not None:
        against.append([_against_anchor(pair) for pair in look.pairs])
    estimates = tuple(plus_four(differences, clusters) for differences in against)
    z = critical(look.rounds_max, look.rounds_done)
    return _Comparison(estimates, tuple(_row(estimate, z) for estimate in estimates))


def _against_anchor(pair: CasePair) -> float:
    return math.nan if pair.anchor is None else mean_difference(pair.candidate, pair.anchor)


def _row(estimate: Estimate, z: float) -> Row:
    low, high = estimate.interval(z)
    return Row(estimate.mean, max(low, -1.0), min(high, 1.0), estimate.n)


def _judge(look: Look, found: _Comparison) -> GateVerdict:
    if any(row.high < 0 for row in found.rows):
        return _answer(look, found, Verdict.REJECT, sentence.worse(look, found.live, found.anchor))
    last = look.rounds_done == look.rounds_max
    holds = all(row.low > -look.margin for row in found.rows) and len(look.pairs) >= MIN_CASES[look.risk]
    guards = guard_rows(look) if holds or last else ()
    harmed = [guard for guard in guards if guard.found == "harm"]
    if harmed:
        return _answer(look, found, Verdict.REJECT, sentence.guard_harm(harmed), guards)
    if holds and all(guard.found == "none" for guard in guards):
        return _passing(look, found, guards)
    if not last:
        return _more(look, found, guards)
    reason = sentence.undecided(look, found.live, found.anchor, _blocks(look, found, guards))
    return _answer(look, found, Verdict.INCONCLUSIVE, reason, guards)


def _passing(look: Look, found: _Comparison, guards: tuple[GuardRow, ...]) -> GateVerdict:
    short = must_pass.short_of_runs(look.pairs)
    if short and look.rounds_done < look.rounds_max:
        return _more(look, found, guards)
    if short:
        return _answer(look, found, Verdict.ERROR, sentence.must_pass_runs(short), guards)
    if look.confirm:
        reason = sentence.to_confirm(look, found.live, found.anchor)
        return _answer(look, found, Verdict.INCONCLUSIVE, reason, guards)
    return _answer(look, found, Verdict.PASS, sentence.passed(look, found.live, found.anchor), guards)


def _more(look: Look, found: _Comparison, guards: tuple[GuardRow, ...]) -> GateVerdict:
    reason = sentence.next_round(look, found.live, found.anchor)
    return _answer(look, found, Verdict.INCONCLUSIVE, reason, guards, more=True)


def _blocks(look: Look, found: _Comparison, guards: tuple[GuardRow, ...]) -> list[str]:
    n, blocks = len(look.pairs), []
    if n < MIN_CASES[look.risk]:
        blocks.append(sentence.too_few(n, MIN_CASES[look.risk], look.risk))
    if any(row.low <= -look.margin for row in found.rows):
        blocks.append(sentence.margin_open(look.margin, n, _cases_needed(look, found)))
    floored = [guard for guard in guards if guard.found == "floor"]
    return [*blocks, sentence.floors(floored)] if floored else blocks


def _cases_needed(look: Look, found: _Comparison) -> int | None:
    """Cases for 80 % power with the larger of the standard errors seen; None when there was none to see."""
    se = max(estimate.se for estimate in found.estimates)
    return math.ceil(len(look.pairs) * (Z_CASES * se / look.margin) ** 2) if math.isfinite(se) else None


def _answer(
    look: Look,
    found: _Comparison,
    verdict: Verdict,
    reason: str,
    guards: tuple[GuardRow, ...] = (),
    *,
    more: bool = False,
) -> GateVerdict:
    return GateVerdict(
        verdict=verdict,
        reason=reason,
        live=found.live,
        anchor=found.anchor,
        margin=look.margin,
        guards=guards,
        needs_more_round=more,
        beats_anchor=found.rows[-1].low > 0,
        rounds_done=look.rounds_done,
        rounds_max=look.rounds_max,
        cases_needed=_cases_needed(look, found),
    )


def _bare(look: Look, verdict: Verdict, reason: str, failed: tuple[str, ...] = ()) -> GateVerdict:
    return GateVerdict(
        verdict=verdict,
        reason=reason,
        live=None,
        anchor=None,
        margin=look.margin,
        unscored=unscored_pairs(look),
        rounds_done=look.rounds_done,
        rounds_max=look.rounds_max,
        must_pass_failures=failed,
    )
