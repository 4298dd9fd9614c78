"""Twenty releases in a row: small losses must not add up, good changes must get through."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tasks.gate.simulation.model import SCENARIOS
from tasks.gate.simulation.rule import PASS, REJECT, Plan
from tasks.gate.simulation.streams import stream
from tasks.statistics.paired import Floats

SIZES = [pytest.param(150, marks=pytest.mark.bars), pytest.param(600, marks=pytest.mark.bars_full)]
RELEASES = 20
BASE = SCENARIOS["base"]


def plan_of(n: int, margin: float) -> Plan:
    return Plan(margin, intents=np.arange(n) * 8 // n, flips=1999)


def mixed(sims: int, rng: np.random.Generator) -> Floats:
    """Half N(0, 1), a quarter N(+3, 1), a quarter N(-4, 2) points, to a tenth of a point."""
    kind = rng.choice(3, (sims, RELEASES), p=[0.5, 0.25, 0.25])
    drawn = rng.standard_normal((sims, RELEASES))
    changes: Floats = np.round(np.choose(kind, [drawn, drawn + 3, 2 * drawn - 4]) / 100, 3)
    return changes


@pytest.mark.parametrize("sims", SIZES)
@pytest.mark.parametrize(
    ("n", "margin", "mean", "fifth"), [(200, 0.045, -0.05, -0.08), (500, 0.03, -0.035, -0.08)], ids=["n200", "n500"]
)
def test_small_losses_do_not_add_up(n: int, margin: float, mean: float, fifth: float, sims: int) -> None:
    found = stream(BASE, np.full((sims, RELEASES), -0.01), n, plan_of(n, margin), np.random.default_rng(n))
    assert found.change.mean() >= mean
    assert np.percentile(found.change, 5) >= fifth - 1e-9


@pytest.mark.bars
def test_without_the_anchor_they_do() -> None:
    rng = np.random.default_rng(1)
    found = stream(BASE, np.full((150, RELEASES), -0.01), 200, plan_of(200, 0.05), rng, anchored=False)
    assert found.change.mean() <= -0.09


@pytest.mark.parametrize("sims", SIZES)
def test_equal_versions_get_through(sims: int) -> None:
    found = stream(BASE, np.zeros((sims, RELEASES)), 200, plan_of(200, 0.045), np.random.default_rng(2))
    assert found.share(PASS) >= 0.50
    assert found.share(REJECT) <= 0.07


@pytest.mark.parametrize("sims", SIZES)
def test_a_mixed_year_ends_higher(sims: int) -> None:
    """Bad are candidates more than two points worse in truth; the quarter drawn around -4 also holds harmless ones."""
    rng = np.random.default_rng(3)
    changes = mixed(sims, rng)
    found = stream(replace(BASE, mean=0.70), changes, 200, plan_of(200, 0.045), rng)
    assert found.change.mean() >= 0.14
    assert found.share(PASS, changes < -0.02) <= 0.08
