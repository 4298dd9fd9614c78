"""What the gate looks at and what it answers: values only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from registry.artifact import Risk
from tasks.release.verdict import Verdict

CAPS: Mapping[Risk, float] = {"low": 0.10, "medium": 0.05, "high": 0.03}
"""The widest margin a prompt of this risk may be judged with."""
MIN_CASES: Mapping[Risk, int] = {"low": 40, "medium": 100, "high": 100}
"""Fewer cases than this can reject, never pass."""

Rounds = tuple[float, ...]
"""Scores in 0..1 by round; NaN = unscored."""


class Check(NamedTuple):
    """A guard slice of a case beside its score: schema validity, or a family of hard assertions; 0 or 1 by round."""

    candidate: Rounds
    live: Rounds


@dataclass(frozen=True)
class CasePair:
    """One case under both arms. `anchor` is None for all cases when the anchor is live.

    `must_pass`: the candidate's runs of deterministic must-pass assertions (a run that is None is unscored), or None
    when the case has no such assertion.
    """

    case_id: str
    cluster: str
    intent: str
    candidate: Rounds
    live: Rounds
    anchor: Rounds | None = None
    checks: Mapping[str, Check] = field(default_factory=dict)
    must_pass: tuple[bool | None, ...] | None = None


@dataclass(frozen=True)
class Look:
    """All cases after `rounds_done` of `rounds_max` rounds. `margin` is a fraction, frozen with the eval-set version.

    `confirm` are sentences a person has to agree with before this may pass (a judge-scored safety case failed, a judge
    that is not fit for this change). ValueError when cases repeat or their rounds do not match.
    """

    pairs: tuple[CasePair, ...]
    rounds_done: int
    rounds_max: int
    margin: float
    risk: Risk
    seed: int = 0
    confirm: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        ids = [pair.case_id for pair in self.pairs]
        if len(set(ids)) != len(ids):
            raise ValueError("every case appears once in a look, found some twice")
        if len({pair.anchor is None for pair in self.pairs}) > 1:
            raise ValueError("either all cases have anchor scores or none has")
        wrong = [pair.case_id for pair in self.pairs if not _complete(pair, self.rounds_done)]
        if wrong:
            expected = f"each arm has one score a round, {self.rounds_done} expected"
            raise ValueError(f"{expected}; not so in {', '.join(wrong[:5])}")
        object.__setattr__(self, "pairs", tuple(sorted(self.pairs, key=lambda pair: pair.case_id)))


def _arms(pair: CasePair) -> list[Rounds]:
    checks = [arm for check in pair.checks.values() for arm in check]
    return [pair.candidate, pair.live, *([] if pair.anchor is None else [pair.anchor]), *checks]


def _complete(pair: CasePair, rounds: int) -> bool:
    return all(len(arm) == rounds for arm in _arms(pair))


def unscored_pairs(look: Look) -> int:
    """Pairs (case and round) in which any arm has no usable score."""
    return sum(_unscored_rounds(pair, look.rounds_done) for pair in look.pairs)


def _unscored_rounds(pair: CasePair, rounds: int) -> int:
    return sum(any(math.isnan(arm[index]) for arm in _arms(pair)) for index in range(rounds))


class Row(NamedTuple):
    """A difference of mean scores (candidate minus the other) or a mean score; n cases."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class GuardRow:
    """One intent or check. `p` is against "not worse"; `found`: proved worse, or a fall of 25 points not excluded."""

    name: str
    kind: Literal["intent", "check"]
    row: Row
    units: int
    p: float
    found: Literal["none", "floor", "harm"]


@dataclass(frozen=True)
class GateVerdict:
    """The answer of one look. `needs_more_round` is only true beside INCONCLUSIVE; `margin` is a fraction.

    `beats_anchor`: the lower bound against the anchor (live, when that is the anchor) is above 0, so promotion moves
    the anchor. `cases_needed`: for 80 % power at this margin with the variance seen; None when no variance was seen.
    """

    verdict: Verdict
    reason: str
    live: Row | None
    anchor: Row | None
    margin: float
    guards: tuple[GuardRow, ...] = ()
    needs_more_round: bool = False
    unscored: int = 0
    beats_anchor: bool = False
    rounds_done: int = 0
    rounds_max: int = 0
    must_pass_failures: tuple[str, ...] = ()
    cases_needed: int | None = None
