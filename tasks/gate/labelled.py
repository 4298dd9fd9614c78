"""A judge that may not pass a version alone, corrected by people: the labels of pairs beside the eval set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from types import MappingProxyType

from tasks.calibration.label import Label
from tasks.gate.decide import decide
from tasks.gate.intent_guards import mean_difference
from tasks.gate.judged import decide_judged
from tasks.gate.look import GateVerdict, Look
from tasks.gate.missing import filled
from tasks.release.verdict import Verdict

Differences = Mapping[str, float]
"""By case, -1..1: how much better people found the candidate's answers than live's."""


def differences(
    labels: Sequence[Label], candidate: str, live: str | None, names: Mapping[str, str] = MappingProxyType({})
) -> Differences:
    """Of the cases of which people labelled answers of both versions; `arm` of a label names the version, or one of
    `names` (a behavior version) does."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for label in labels:
        if label.arm is not None:
            found[label.case][names.get(label.arm, label.arm)].append(label.good)
    return {
        case: fmean(arms[candidate]) - fmean(arms[live])
        for case, arms in found.items()
        if live is not None and arms.keys() >= {candidate, live}
    }


def corrected(verdict: GateVerdict, look: Look, doubts: Sequence[str], human: Differences) -> GateVerdict:
    """What people's labels say where nothing but `doubts` about the judge stands between a version and its pass.

    Other verdicts stay, and so does this one without any labelled pair. Where the anchor is another version than live
    nothing is corrected: nobody labelled its answers.
    """
    waits = verdict.verdict is Verdict.INCONCLUSIVE and not verdict.needs_more_round and doubts and human
    if not waits or verdict.anchor is not None:
        return verdict
    without = replace(look, confirm=tuple(one for one in look.confirm if one not in doubts))
    if decide(replace(without, confirm=())).verdict is not Verdict.PASS:
        return verdict
    found = _judged(look, human)
    if found.verdict is not Verdict.PASS:
        return replace(verdict, verdict=found.verdict, reason=f"{verdict.reason} {found.reason}")
    freed = decide(without)
    return replace(freed, reason=f"{freed.reason} {found.reason}")


def _judged(look: Look, human: Differences) -> GateVerdict:
    """With unscored rounds at their worst and best for the candidate; two different answers cannot tell."""
    worst, best = (_complete(filled(look, candidate=value), human) for value in (0.0, 1.0))
    return worst if worst.verdict is best.verdict else replace(worst, verdict=Verdict.INCONCLUSIVE)


def _complete(look: Look, human: Differences) -> GateVerdict:
    judged = [mean_difference(pair.candidate, pair.live) for pair in look.pairs]
    people = [human.get(pair.case_id) for pair in look.pairs]
    return decide_judged(judged, people, look.margin, [pair.cluster for pair in look.pairs])
