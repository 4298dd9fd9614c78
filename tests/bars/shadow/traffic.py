"""Synthetic replays, many at once: sessions of one to three traces, four intents, seven guards with default margins.

Each guard stands over all traces and by intent: 35 rows. A trace has its own chance of a bad answer (intraclass
correlation .5), a replay draws again; lengths are lognormal, 60 % of their variance is the trace's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr

from tasks.statistics.paired import Floats

INTENTS = (0.4, 0.3, 0.2, 0.1)
ALIKE = 0.9
SPREAD = 0.5
SCALE = 2 * 2.326 * SPREAD
RATIO_MARGIN = math.log(1.10) / SCALE


class YesNo(NamedTuple):
    """Base rate and margin of a metric that is bad when it happens."""

    base: float
    margin: float


YES_NO = {
    "schema_ok": YesNo(0.03, 0.02),
    "refusal": YesNo(0.004, 0.005),
    "error": YesNo(0.002, 0.005),
    "tool_error": YesNo(0.01, 0.01),
}
EVERYWHERE = dict.fromkeys([*YES_NO, "output_tokens"], 1.0)
"""One margin on each metric that can be harmed upwards."""


class Layout(NamedTuple):
    """Which traces belong together: unit numbers 0..U-1 and intent numbers, (n,) each; alike in all replays."""

    units: NDArray[np.int64]
    intents: NDArray[np.int64]


class Rows(NamedTuple):
    """One metric in S replays: harm in 0..1 under both versions, (S, n) each."""

    metric: str
    side: Literal["up", "down"]
    margin: float
    baseline: Floats
    candidate: Floats


def layout(n: int, rng: np.random.Generator) -> Layout:
    units = np.repeat(np.arange(n), rng.integers(1, 4, n))[:n]
    return Layout(units, rng.choice(len(INTENTS), n, p=INTENTS))


def replays(n: int, harm: Mapping[str, float], sims: int, rng: np.random.Generator) -> Iterator[Rows]:
    """`harm` in margins by metric, in all intents alike."""
    for metric, known in YES_NO.items():
        bad = _yes_no(known, known.margin * harm.get(metric, 0.0), (sims, n), rng)
        yield Rows(metric, "up", known.margin, *bad)
    old, new = _lengths(math.log(1.10) * harm.get("output_tokens", 0.0), (sims, n), rng)
    yield Rows("output_tokens", "up", RATIO_MARGIN, old, new)
    yield Rows("output_tokens", "down", RATIO_MARGIN, 1 - old, 1 - new)
    yield Rows("cost", "up", RATIO_MARGIN, *_lengths(math.log(1.10) * harm.get("cost", 0.0), (sims, n), rng))


def _yes_no(known: YesNo, harm: float, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    latent, moved = rng.standard_normal((2, *shape))
    other = ALIKE * latent + math.sqrt(1 - ALIKE**2) * moved
    chances = [_chance(known.base, latent), _chance(known.base + harm, other)]
    baseline, candidate = [(rng.random(shape) < chance).astype(np.float64) for chance in chances]
    return baseline, candidate


_GRID: Floats = np.linspace(-6.0, 6.0, 2401)


def _chance(mean: float, latent: Floats) -> Floats:
    """Beta(mean, 1 - mean) by its quantile at the latent normal, interpolated."""
    return np.asarray(np.interp(latent, _GRID, betaincinv(mean, 1 - mean, ndtr(_GRID))))


def _lengths(change: float, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    own, noise = rng.standard_normal(shape), rng.standard_normal((2, *shape))
    logs = SPREAD * (math.sqrt(0.6) * own + math.sqrt(0.4) * noise)
    logs[1] += change
    baseline, candidate = np.clip(logs / SCALE + 0.5, 0.0, 1.0)
    return baseline, candidate
