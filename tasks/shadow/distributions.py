"""How long, dear and slow the answers of both versions were: histograms on one axis, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tasks.shadow.answered import Answered
from tasks.shadow.replaying import Replayed

BINS = 24
MEASURED: Final = ("output_tokens", "prompt_tokens", "cost", "latency", "first_token")
CHARACTERS = "characters"


def distributions(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """One row a metric that both versions have values of; seconds, USD, tokens, characters of the answer."""
    rows = []
    for metric in (CHARACTERS, *MEASURED):
        old = _values(metric, [one.baseline for one in replayed])
        new = _values(metric, [one.candidate for one in replayed])
        if old.size and new.size:
            rows.append(_row(metric, old, new))
    return rows


def _values(metric: str, answers: Sequence[Answered]) -> NDArray[np.float64]:
    if metric == CHARACTERS:
        return np.array([len(answer.text) for answer in answers if answer.text is not None], float)
    found = (answer.values.get(metric) for answer in answers)
    return np.array([value for value in found if value is not None], float)


def _row(metric: str, old: NDArray[np.float64], new: NDArray[np.float64]) -> dict[str, Any]:
    """The axis ends at the 99 % quantile of both, so that one outlier does not flatten the rest into one bin."""
    both = np.concatenate([old, new])
    low, high = float(both.min()), float(np.quantile(both, 0.99))
    arms = {"baseline": _arm(old, low, high), "candidate": _arm(new, low, high)}
    return {"metric": metric, "low": low, "high": high, **arms}


def _arm(values: NDArray[np.float64], low: float, high: float) -> dict[str, Any]:
    """Counts by bin (values beyond the axis in the last one), n, mean and quantiles."""
    counts, _ = np.histogram(np.clip(values, low, high), bins=BINS, range=(low, high) if high > low else None)
    p10, p50, p90 = (float(found) for found in np.quantile(values, (0.1, 0.5, 0.9)))
    row = {"n": int(values.size), "mean": float(values.mean()), "p10": p10, "p50": p50, "p90": p90}
    return {**row, "counts": [int(count) for count in counts]}
