"""The fast gate: one round of some thirty dev cases. It stops what is clearly worse; the gate judges the rest."""

from __future__ import annotations

from dataclasses import replace

from tasks.gate import must_pass, sentence
from tasks.gate.intent_guards import mean_difference
from tasks.gate.look import GateVerdict, Look, Row, unscored_pairs
from tasks.gate.missing import both_ways
from tasks.release.verdict import Verdict
from tasks.statistics.paired import plus_four

Z_REJECT = 2.326
"""One-sided 1 %."""


def decide_fast(look: Look) -> GateVerdict:
    """REJECT when the upper bound at one-sided 1 % is below 0 or a must-pass case failed, else PASS (on to the gate).

    Missing scores as in the gate; the margin and risk of `look` are not used.
    """
    return both_ways(look, _rule)


def _rule(look: Look) -> GateVerdict:
    answer = GateVerdict(Verdict.PASS, "", None, None, look.margin, rounds_done=look.rounds_done, rounds_max=1)
    failed = must_pass.failures(look.pairs)
    if failed:
        ids = tuple(failure.case_id for failure in failed)
        return replace(answer, verdict=Verdict.REJECT, reason=sentence.must_pass(failed), must_pass_failures=ids)
    unscored, total = unscored_pairs(look), len(look.pairs) * look.rounds_done
    if unscored or total == 0:
        reason = sentence.unscored_pairs(unscored, total)
        return replace(answer, verdict=Verdict.ERROR, reason=reason, unscored=unscored)
    row = _row(look)
    size = f"against live {sentence.difference(row)}; n = {row.n} dev cases"
    if row.high < 0:
        return replace(answer, verdict=Verdict.REJECT, reason=f"Clearly worse, proved: {size}.", live=row)
    return replace(answer, reason=f"Not clearly worse: {size}. The gate decides.", live=row)


def _row(look: Look) -> Row:
    differences = [mean_difference(pair.candidate, pair.live) for pair in look.pairs]
    estimate = plus_four(differences, [pair.cluster for pair in look.pairs])
    low, high = estimate.interval(Z_REJECT)
    return Row(estimate.mean, max(low, -1.0), min(high, 1.0), estimate.n)
