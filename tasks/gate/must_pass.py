"""Must-pass cases: deterministic assertions that never fail in any run. Never retried away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tasks.gate.look import CasePair

RUNS = 3
"""Three clean runs of one case still let a violation of 10 % of the time through in 73 of 100 tries."""


class MustPassFailure(NamedTuple):
    case_id: str
    failed: int
    runs: int


def failures(pairs: Sequence[CasePair]) -> tuple[MustPassFailure, ...]:
    """Cases with at least one failed run; unscored runs do not count as runs."""
    counted = ((pair.case_id, usable(pair)) for pair in pairs)
    return tuple(MustPassFailure(case, runs.count(False), len(runs)) for case, runs in counted if False in runs)


def short_of_runs(pairs: Sequence[CasePair]) -> tuple[str, ...]:
    """Must-pass cases without three usable runs: they keep a candidate from passing."""
    return tuple(pair.case_id for pair in pairs if pair.must_pass is not None and len(usable(pair)) < RUNS)


def usable(pair: CasePair) -> list[bool]:
    return [run for run in pair.must_pass or () if run is not None]
