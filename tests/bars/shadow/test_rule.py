"""The shadow rule on synthetic replays: false rejects without a change, and power at one and more margins.

A bar has slack over what was measured; see docs/methods/shadow.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from tasks.release.verdict import Verdict
from tasks.shadow.decide import decide
from tests.bars.shadow.rule import decisions, samples, verdicts
from tests.bars.shadow.traffic import EVERYWHERE, layout, replays

SIZES = [pytest.param(500, marks=pytest.mark.bars), pytest.param(4000, marks=pytest.mark.bars_full)]


def upper(share: float, sims: int) -> float:
    """One-sided 95 % upper limit of a rate (Clopper-Pearson)."""
    return float(beta.ppf(0.95, round(share * sims) + 1, sims - round(share * sims)))


@pytest.mark.parametrize("harm", [{}, {"schema_ok": 4.0}, {"output_tokens": 2.0}])
def test_the_arrays_say_what_the_rule_says(harm: dict[str, float]) -> None:
    rng = np.random.default_rng(5)
    arranged, rows = layout(200, rng), list(replays(200, harm, 6, rng))
    assert decisions(arranged, rows) == [decide(sample).verdict for sample in samples(arranged, rows)]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize("n", [200, 500])
def test_no_change_is_hardly_ever_rejected(n: int, sims: int) -> None:
    assert upper(verdicts(n, {}, sims, 1)[Verdict.REJECT], sims) <= 0.01


@pytest.mark.timeout(900)
@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize("n", [200, 500])
def test_harm_of_exactly_one_margin_everywhere_is_rarely_decided(n: int, sims: int) -> None:
    found = verdicts(n, EVERYWHERE, sims, 2)
    assert upper(found[Verdict.REJECT], sims) <= 0.05
    assert found[Verdict.PASS] <= 0.10


@pytest.mark.timeout(900)
@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize(
    ("metric", "margins", "power"),
    [("output_tokens", 2, 0.85), ("output_tokens", 3, 0.99), ("cost", 2, 0.85), ("schema_ok", 4, 0.90)],
)
def test_harm_of_some_margins_is_rejected(metric: str, margins: float, power: float, sims: int) -> None:
    found = verdicts(500, {metric: margins}, sims, 3)
    assert found[Verdict.REJECT] >= power
    assert found[Verdict.PASS] <= 0.01


def test_a_grave_harm_is_rejected_in_a_small_sample() -> None:
    assert verdicts(200, {"schema_ok": 15.0}, 20, 4)[Verdict.REJECT] == 1.0
