"""What a gate will ask, and what it can find with its set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tasks.gate.comparing import CANDIDATE, MUST_PASS
from tasks.gate.look import CAPS, MIN_CASES
from tasks.gate.rounds import round_jobs
from tasks.gate.subject import Subject
from tasks.planning.prospect import Gate, Untestable
from tasks.planning.work import Call, Spend, spend
from tasks.statistics.power import cases_needed, detectable_drop, expected_power

Calls = Mapping[str, Call]
"""What a call takes, by arm."""


def round_spend(subject: Subject, calls: Calls, number: int) -> Spend:
    """One round of all cases under all arms, with the must-pass runs of the first; a conversation's turns are calls."""
    asked = Counter[str]()
    for job in round_jobs(subject.selection, subject.arms, number):
        asked[job.arm.name] += 1 + len(job.case.turns)
    asked[CANDIDATE] += asked.pop(MUST_PASS, 0)
    return spend((calls[arm], times) for arm, times in asked.items())


def rounds_spend(subject: Subject, calls: Calls, first: int, last: int) -> Spend:
    """Rounds `first` to `last`; nothing when there are none."""
    total = Spend()
    for number in range(first, last + 1):
        total = total.plus(round_spend(subject, calls, number))
    return total


def gate_ahead(subject: Subject, first: bool) -> Gate:
    """The power of this set at its margin."""
    evalset, cases = subject.selection.evalset, len(subject.selection.cases)
    name, known = subject.selection.name, subject.components.measured is not None
    if first:
        return Gate(name, cases, 1, None, None, None, None, None, known, evalset.min_score or 0.0)
    held = subject.margins
    power = expected_power(subject.components, cases, subject.rounds_max, subject.margin)
    return Gate(
        evalset=name,
        cases=cases,
        rounds_max=subject.rounds_max,
        margin=subject.margin,
        cap=held.cap,
        passes_equal=power.passes_equal,
        finds=detectable_drop(subject.components, cases, subject.rounds_max),
        cases_for_cap=cases_needed(subject.components, held.cap, subject.rounds_max),
        measured=known,
        min_score=None,
    )


def untestable(subject: Subject, gate: Gate) -> list[Untestable]:
    """Why this gate cannot pass, or only rarely; a first release has no margin to hold."""
    if gate.margin is None:
        return []
    least, cap = MIN_CASES[subject.version.risk], CAPS[subject.version.risk]
    if gate.cases < least:
        return [
            Untestable("gate", f"{gate.cases} cases can reject, never pass: risk {subject.version.risk} asks {least}")
        ]
    if subject.margins.too_small:
        why = f"{gate.cases} cases do not hold a margin of {cap:g} with 80 % power: about {gate.cases_for_cap} would"
        return [Untestable("gate", why)]
    return []
