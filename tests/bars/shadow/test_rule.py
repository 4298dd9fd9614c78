"""Shadow on synthetic traces: false rejects without a change, error at the margin, power beyond it.

Sessions of one to three traces, four intents, seven guards with their default margins, each over all traces and by
intent: 35 rows. A trace has its own chance of a bad answer (intraclass correlation .5), a replay draws again.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import betaincinv, ndtr

from tasks.release.verdict import Verdict
from tasks.shadow.decide import decide
from tasks.shadow.sample import ALL, Guard, Replay, Sample
from tasks.statistics.paired import Floats

INTENTS = (0.4, 0.3, 0.2, 0.1)
ALIKE = 0.9


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
SPREAD = 0.5
SCALE = 2 * 2.326 * SPREAD
RATIO_MARGIN = math.log(1.10) / SCALE


def sample_of(n: int, harm: dict[str, float], rng: np.random.Generator) -> Sample:
    """One replay of n traces; `harm` in margins by metric, in all intents alike."""
    units = np.repeat(np.arange(n), rng.integers(1, 4, n))[:n]
    intents = rng.choice(len(INTENTS), n, p=INTENTS)
    guards: list[Guard] = []
    for metric, known in YES_NO.items():
        arms = _yes_no(known, known.margin * harm.get(metric, 0.0), n, rng)
        guards += _guards(metric, known.margin, units, intents, *arms)
    length, changed = _lengths(math.log(1.10) * harm.get("output_tokens", 0.0), n, rng)
    guards += _guards("output_tokens", RATIO_MARGIN, units, intents, length, changed)
    guards += _guards("output_tokens", RATIO_MARGIN, units, intents, 1 - length, 1 - changed, side="down")
    guards += _guards("cost", RATIO_MARGIN, units, intents, *_lengths(0.0, n, rng))
    return Sample(tuple(guards), found=n, minimum=n)


def _yes_no(known: YesNo, harm: float, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    latent, moved = rng.standard_normal((2, n))
    other = ALIKE * latent + math.sqrt(1 - ALIKE**2) * moved
    chances = [betaincinv(m, 1 - m, ndtr(g)) for m, g in ((known.base, latent), (known.base + harm, other))]
    baseline, candidate = [(rng.random(n) < chance).astype(np.float64) for chance in chances]
    return baseline, candidate


def _lengths(change: float, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Lognormal lengths on the clipped logarithmic scale; 60 % of their variance is the trace's own."""
    own = rng.standard_normal(n)
    noise = rng.standard_normal((2, n))
    logs = SPREAD * (math.sqrt(0.6) * own + math.sqrt(0.4) * noise)
    logs[1] += change
    baseline, candidate = np.clip(logs / SCALE + 0.5, 0.0, 1.0)
    return baseline, candidate


def _guards(
    metric: str,
    margin: float,
    units: np.ndarray,
    intents: np.ndarray,
    baseline: Floats,
    candidate: Floats,
    side: str = "up",
) -> list[Guard]:
    replays = [
        Replay(f"u{unit}", after, before)
        for unit, after, before in zip(units.tolist(), candidate.tolist(), baseline.tolist(), strict=True)
    ]
    groups = {ALL: replays} | {
        f"i{intent}": [replay for replay, own in zip(replays, intents, strict=True) if own == intent]
        for intent in range(len(INTENTS))
    }
    return [Guard(metric, name, margin, tuple(group), side) for name, group in groups.items()]  # type: ignore[arg-type]


def verdicts(n: int, harm: dict[str, float], sims: int, seed: int) -> dict[Verdict, float]:
    """Share of each verdict."""
    rng = np.random.default_rng([seed, n])
    found = [decide(sample_of(n, harm, rng)).verdict for _ in range(sims)]
    return {verdict: found.count(verdict) / sims for verdict in Verdict}


SIZES = [pytest.param(150, marks=pytest.mark.bars), pytest.param(1000, marks=pytest.mark.bars_full)]
EVERYWHERE = dict.fromkeys([*YES_NO, "output_tokens"], 1.0)


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize("n", [200, 500])
def test_no_change_is_hardly_ever_rejected(n: int, sims: int) -> None:
    assert verdicts(n, {}, sims, 1)[Verdict.REJECT] <= 0.02


@pytest.mark.parametrize("sims", SIZES)
def test_harm_of_exactly_one_margin_everywhere_is_rarely_rejected(sims: int) -> None:
    found = verdicts(500, EVERYWHERE, sims, 2)
    assert found[Verdict.REJECT] <= 0.07
    assert found[Verdict.PASS] <= 0.05


@pytest.mark.parametrize("sims", SIZES)
def test_longer_answers_by_three_margins_are_rejected(sims: int) -> None:
    found = verdicts(500, {"output_tokens": 3.0}, sims, 3)
    assert found[Verdict.REJECT] >= 0.95
    assert found[Verdict.PASS] == 0.0


def test_a_grave_harm_is_rejected_in_a_small_sample() -> None:
    assert verdicts(200, {"schema_ok": 15.0}, 4, 4)[Verdict.REJECT] == 1.0
