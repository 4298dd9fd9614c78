"""Planning a gate: the margin a set can hold, the cases a margin needs, and the chances of each verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from scipy.special import ndtr, ndtri

from .paired import PSEUDO_CASES, PSEUDO_SQUARES
from .sequential import critical

Z_POWER = 2.49
"""1.645 + .842 for 80 % power at one-sided 5 %, rounded up as the margin rule has it."""
Z_CASES = 2.486
STEP = 0.005
FLOOR = 0.02


@dataclass(frozen=True)
class Components:
    """Variance of a paired difference: `w2` between cases (true effects differ), `s2` within a case and run.

    `deff` is the design effect of clusters on `w2`. `measured` is None for the assumed ones; `evalset plan
    --measure` says a team's own.
    """

    w2: float = 0.0225
    s2: float = 0.080
    deff: float = 1.0
    measured: date | None = None

    def variance(self, rounds: int) -> float:
        """Of one case's difference of means over `rounds`, times the cluster effect where it applies."""
        return self.w2 * self.deff + 2 * self.s2 / rounds


@dataclass(frozen=True)
class Margin:
    """`value` is what the gate uses; `uncapped` what the set could hold at 80 % power; fractions (0.045 = 4.5 pp)."""

    value: float
    uncapped: float
    cap: float

    @property
    def too_small(self) -> bool:
        """The set cannot hold the cap at 80 % power: it can still reject, and passes rarely."""
        return self.uncapped > self.cap


def margin(components: Components, n: int, rounds: int, cap: float) -> Margin:
    """m = 2.49 * sqrt((w2 * deff + 2 * s2 / R) / n), rounded up to half a point, at least 2 points, at most `cap`."""
    raw = Z_POWER * math.sqrt(components.variance(rounds) / n)
    steps = math.ceil(round(raw / STEP, 9))
    uncapped = max(round(steps * STEP, 6), FLOOR)
    return Margin(min(uncapped, cap), uncapped, cap)


def cases_needed(components: Components, margin: float, rounds: int) -> int:
    """Cases for 80 % power to pass an equal candidate (about as many prove a drop of `margin`), one-sided 5 %."""
    return math.ceil((Z_CASES / margin) ** 2 * components.variance(rounds))


@dataclass(frozen=True)
class Power:
    """Chances at the last look, as fractions: an equal candidate passes, one worse by `drop` is rejected."""

    passes_equal: float
    rejects_drop: float
    drop: float


def expected_power(components: Components, n: int, rounds: int, margin: float, drop: float | None = None) -> Power:
    """Normal approximation at the last look with the plus-four error; the earlier looks add a few points."""
    drop = margin if drop is None else drop
    scale = n / (n + PSEUDO_CASES)
    se = math.sqrt(n * components.variance(rounds) + PSEUDO_SQUARES) / (n + PSEUDO_CASES)
    z = critical(rounds, rounds)
    return Power(float(ndtr(margin / se - z)), float(ndtr(drop * scale / se - z)), drop)


def detectable_drop(components: Components, n: int, rounds: int, power: float = 0.8) -> float:
    """The true drop that is rejected at the last look with this probability, as a fraction."""
    scale = n / (n + PSEUDO_CASES)
    se = math.sqrt(n * components.variance(rounds) + PSEUDO_SQUARES) / (n + PSEUDO_CASES)
    return float((critical(rounds, rounds) + ndtri(power)) * se / scale)


def judged_margin(margin: float, sensitivity: float, specificity: float) -> float:
    """The margin on a judge's scale: m * J with Youden's J = sensitivity + specificity - 1. ValueError when J <= 0."""
    youden = sensitivity + specificity - 1
    if youden <= 0:
        raise ValueError(f"a judge with sensitivity {sensitivity!r} and specificity {specificity!r} knows nothing")
    return margin * youden
