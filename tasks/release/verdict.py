"""The closed words a stage, a guard and a release end in."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """Of a stage; ordered, the worst of its rows wins. Only PASS moves a release on by itself."""

    PASS = "pass"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    REJECT = "reject"

    @property
    def severity(self) -> int:
        return list(Verdict).index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several verdicts; of none, PASS."""
    return max(verdicts, key=lambda verdict: verdict.severity, default=Verdict.PASS)


class GuardVerdict(StrEnum):
    """Of one guard row of a look."""

    PASS = "pass"
    BREACH = "breach"
    INSUFFICIENT = "insufficient"
    MISSING = "missing"


class Decision(StrEnum):
    """How a release ended; the events say promoted, rejected, rolled_back, held."""

    PROMOTE = "promote"
    REJECT = "reject"
    ROLL_BACK = "roll_back"
    HOLD = "hold"
