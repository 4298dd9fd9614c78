"""Missing scores: never 0, never dropped. A few are judged both ways; the verdict stands when it is the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from tasks.gate import must_pass, sentence
from tasks.gate.look import CasePair, Check, GateVerdict, Look, Rounds, Row, unscored_pairs
from tasks.release.verdict import Verdict

LIMIT = 0.02


def both_ways(look: Look, rule: Callable[[Look], GateVerdict]) -> GateVerdict:
    """`rule` on complete scores. With at most 2 % unscored pairs: once with the candidate's missing scores at 0 and the
    others' at 1, once the other way round; equal verdicts stand, with the wider rows. Else ERROR, resumable."""
    unscored, total = unscored_pairs(look), len(look.pairs) * look.rounds_done
    if unscored == 0 or unscored > LIMIT * total or must_pass.failures(look.pairs):
        return rule(look)
    worst, best = rule(filled(look, candidate=0.0)), rule(filled(look, candidate=1.0))
    if (worst.verdict, worst.needs_more_round) == (best.verdict, best.needs_more_round):
        return _merged(worst, best, unscored, total)
    reason = sentence.unscored_decide(unscored, total, _word(worst), _word(best))
    rows = replace(_merged(worst, best, unscored, total), verdict=Verdict.ERROR, reason=reason)
    return replace(rows, needs_more_round=False, beats_anchor=False)


def filled(look: Look, *, candidate: float) -> Look:
    """The look with the candidate's missing scores at `candidate` and everybody else's at its opposite."""
    return replace(look, pairs=tuple(_filled_pair(pair, candidate, 1.0 - candidate) for pair in look.pairs))


def _filled_pair(pair: CasePair, candidate: float, other: float) -> CasePair:
    checks = {
        name: Check(_fill(check.candidate, candidate), _fill(check.live, other)) for name, check in pair.checks.items()
    }
    return replace(
        pair,
        candidate=_fill(pair.candidate, candidate),
        live=_fill(pair.live, other),
        anchor=None if pair.anchor is None else _fill(pair.anchor, other),
        checks=checks,
    )


def _fill(scores: Rounds, value: float) -> Rounds:
    return tuple(value if math.isnan(score) else score for score in scores)


def _merged(worst: GateVerdict, best: GateVerdict, unscored: int, total: int) -> GateVerdict:
    return replace(
        worst,
        reason=worst.reason + sentence.unscored_note(unscored, total),
        live=_hull(worst.live, best.live),
        anchor=_hull(worst.anchor, best.anchor),
        unscored=unscored,
        beats_anchor=worst.beats_anchor and best.beats_anchor,
    )


def _hull(worst: Row | None, best: Row | None) -> Row | None:
    if worst is None or best is None:
        return None
    return Row((worst.value + best.value) / 2, min(worst.low, best.low), max(worst.high, best.high), worst.n)


def _word(verdict: GateVerdict) -> str:
    return "undecided" if verdict.needs_more_round else verdict.verdict.value
