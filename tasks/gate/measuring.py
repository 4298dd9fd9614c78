"""What past gate tests say about an eval set: how often it was looked at, and the variance of its cases."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import date
from statistics import fmean
from typing import NamedTuple

from registry.errors import EvalSetError
from tasks.evaluation.evalset import Library, Selection
from tasks.evaluation.usage import MANY_LOOKS, Usage
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.ledger import eval_result, gate_test
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.gate_test import GateTest
from tasks.ledger.store import Reader
from tasks.statistics.components import measure
from tasks.statistics.power import Components

MIN_CASES = 10
"""Of both arms in all rounds; a variance of fewer says nothing."""


class Measured(NamedTuple):
    """Components of the newest test that has what they need; `cases` it is from, over `rounds`.

    Of `identical` cases live answered the same text in all rounds; `models` answered in the test."""

    components: Components
    gate_test_id: str
    cases: int
    rounds: int
    identical: int
    models: tuple[str, ...]


def usage(reader: Reader, library: Library) -> Usage:
    """Candidates tested on this version of the gate split."""
    tests = [test for test in _held_out(reader, library) if _version(test) == library.sha]
    return Usage(len({test.subject["candidate"] for test in tests}), _day(tests))


def worn(reader: Reader, selection: Selection, candidate: str) -> str:
    """What the gate adds to its sentence from 20 candidates on this version of the subset on; else nothing."""
    wanted = f"{selection.name}@{selection.sha}"
    tests = gate_test.of_set(reader, selection.evalset.name)
    looked = {test.subject["candidate"] for test in tests if test.subject["evalset"] == wanted} | {candidate}
    if len(looked) < MANY_LOOKS:
        return ""
    return f" {len(looked)} candidates were tested on this eval-set version: the best of them looks better than it is."


def measured(reader: Reader, library: Library) -> Measured:
    """Raises EvalSetError when no test on this set had a live arm, two rounds or more, and ten cases scored in all."""
    for test in _held_out(reader, library):
        found = _measured(test, eval_result.of_test(reader, test.gate_test_id))
        if found is not None:
            return found
    raise EvalSetError(
        f"the ledger has no test of {library.evalset.name!r} to measure its variance from",
        expected=f"a gate test against live of two rounds or more, {MIN_CASES} cases scored in all of them",
        fix="Plan with the assumed variance until a release was gated",
    )


def _held_out(reader: Reader, library: Library) -> list[GateTest]:
    subsets = library.evalset.subsets
    gated = {f"{library.evalset.name}/{name}" for name, subset in subsets.items() if subset.split == "gate"}
    tests = gate_test.of_set(reader, library.evalset.name)
    return [test for test in tests if test.rounds_done and test.subject["evalset"].partition("@")[0] in gated]


def _version(test: GateTest) -> str:
    return str(test.subject["evalset"]).partition("@")[2]


def _day(tests: Sequence[GateTest]) -> date | None:
    return min((test.created_at.date() for test in tests), default=None)


def _measured(test: GateTest, results: Sequence[EvalResult]) -> Measured | None:
    rounds = test.rounds_done
    if rounds < 2:
        return None
    scores, groups = _scores(results)
    whole = [
        case for case, arms in sorted(scores.items()) if all(len(arms[arm]) == rounds for arm in (CANDIDATE, LIVE))
    ]
    if len(whole) < MIN_CASES:
        return None
    live = [scores[case][LIVE] for case in whole]
    differences = [fmean(scores[case][CANDIDATE]) - fmean(scores[case][LIVE]) for case in whole]
    clusters = [groups[case] for case in whole]
    found = measure(live, differences, clusters, rounds=rounds, on=(test.closed_at or test.created_at).date())
    models = tuple(test.subject.get("models", ()))
    return Measured(found, test.gate_test_id, len(whole), rounds, _identical(results, set(whole)), models)


def _identical(results: Sequence[EvalResult], whole: Collection[str]) -> int:
    outputs: dict[str, set[str | None]] = {}
    for row in results:
        if row.arm == LIVE and row.case_id in whole:
            outputs.setdefault(row.case_id, set()).add(row.output)
    return sum(len(said) == 1 and None not in said for said in outputs.values())


def _scores(results: Sequence[EvalResult]) -> tuple[dict[str, dict[str, list[float]]], dict[str, str]]:
    """Scores by case and arm in the order of rounds, and the cluster of each case."""
    scores: dict[str, dict[str, list[float]]] = {}
    for row in results:
        arms = scores.setdefault(row.case_id, {CANDIDATE: [], LIVE: []})
        if row.arm in arms and row.score is not None and math.isfinite(row.score):
            arms[row.arm].append(row.score)
    return scores, {row.case_id: row.cluster_id for row in results}
