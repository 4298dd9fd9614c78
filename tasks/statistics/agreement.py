"""How well a judge agrees with people on yes/no labels of the same outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KAPPA = 0.6
LABELS = 100


@dataclass(frozen=True)
class Agreement:
    """Judge against people on n outputs; None where one of the classes was never seen."""

    n: int
    kappa: float | None
    sensitivity: float | None
    specificity: float | None

    @property
    def youden(self) -> float | None:
        """J = sensitivity + specificity - 1: how much of a true difference survives the judge."""
        if self.sensitivity is None or self.specificity is None:
            return None
        return self.sensitivity + self.specificity - 1

    @property
    def fit(self) -> bool:
        """Enough labels and enough agreement for the judge's scores to count. Bias between arms is not seen by this."""
        return self.n >= LABELS and self.kappa is not None and self.kappa >= KAPPA


def agreement(human: Sequence[bool], judge: Sequence[bool]) -> Agreement:
    """Cohen's kappa, sensitivity and specificity, people being the truth."""
    pairs = list(zip(human, judge, strict=True))
    n, both = len(pairs), sum(a and b for a, b in pairs)
    good, said = sum(human), sum(judge)
    neither = n - good - said + both
    chance = (good * said + (n - good) * (n - said)) / n**2 if n else 1.0
    kappa = ((both + neither) / n - chance) / (1 - chance) if chance < 1 else None
    return Agreement(n, kappa, both / good if good else None, neither / (n - good) if n > good else None)
