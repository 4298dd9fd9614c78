from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from tasks.statistics import eprocess
from tasks.statistics.eprocess import HARM_WEIGHTS, LEVEL_WEIGHTS, PROOF_WEIGHTS, Array, Centre, Side

EVENTS = [(0, 0), (1, 0), (0, 1), (1, 0), (1, 0), (0, 0), (1, 1)]
GOLDEN = [-0.01726, 1.384512, 0.70192, 1.806367, 3.172957, 3.162502, 4.048648]


def test_harm_golden_vector() -> None:
    log_e, n, bad = np.zeros(10), 0, 0
    found = []
    for canary, live in EVENTS:
        known = eprocess.centre(n, bad, None, 0.004, 0.0)
        log_e += eprocess.harm(eprocess.yes_no(10, canary), eprocess.yes_no(90, live), known, 0.005)
        n, bad = n + 90, bad + live
        found.append(float(eprocess.mixture(log_e, HARM_WEIGHTS)))
    assert found == pytest.approx(GOLDEN, abs=1e-6)


def test_proof_golden_value() -> None:
    log_e, n, bad = np.zeros(4), 0, 0
    for i in range(200):
        known = eprocess.centre(n, bad, None, 0.004, 0.0)
        live = int(i % 3 == 0)
        log_e += eprocess.proof(eprocess.yes_no(10, int(i % 25 == 0)), eprocess.yes_no(90, live), known, 0.005)
        n, bad = n + 90, bad + live
    assert float(eprocess.mixture(log_e, PROOF_WEIGHTS)) == pytest.approx(2.794352, abs=1e-6)


@pytest.mark.parametrize(("margin", "units"), [(0.005, 1280), (0.02, 320), (0.05, 125), (0.10, 60), (0.15, 40)])
def test_units_to_a_proof_without_any_event(margin: float, units: int) -> None:
    log_e, n = np.zeros(4), 0
    while eprocess.mixture(log_e, PROOF_WEIGHTS) < np.log(20):
        known = eprocess.centre(n, 0, None, 1e-5, 0.0)
        log_e += eprocess.proof(eprocess.yes_no(5, 0), eprocess.yes_no(5, 0), known, margin)
        n += 5
    assert n == units


SIZES = [(5, 5), (5, 45), (7, 5), (10, 10), (1, 9), (20, 5)]
BASES = [0.0, 0.001, 0.004, 0.02, 0.1, 0.3, 0.6, 0.85, 1.0]
CENTRES = [0.0, 0.001, 0.02, 0.3, 0.9]
MARGINS = [0.002, 0.005, 0.02, 0.05, 0.15, 0.3, 0.5]


def expectation(logs: Array, n_t: int, n_c: int, p_t: float, p_c: float, weights: Array) -> float:
    """Mean batch factor over all outcomes; `logs` is (n_t + 1, n_c + 1, grid)."""
    chances = np.outer(binom.pmf(np.arange(n_t + 1), n_t, p_t), binom.pmf(np.arange(n_c + 1), n_c, p_c))
    return float((chances[..., None] * np.exp(logs) * weights).sum())


@pytest.mark.parametrize(("n_t", "n_c"), SIZES)
def test_the_mean_batch_factor_is_at_most_one_under_the_null(n_t: int, n_c: int) -> None:
    """By enumeration, wrong centres included: harm at no and at an announced effect, the proof at its margin."""
    canary = eprocess.yes_no(n_t, np.arange(n_t + 1)[:, None])
    live = eprocess.yes_no(n_c, np.arange(n_c + 1)[None, :])
    checked, most = 0, 0.0
    for centre, margin, base in product(CENTRES, MARGINS, BASES):
        known = Centre(np.array(centre), None)
        null = eprocess.harm(canary, live, known, margin)
        shifted = eprocess.harm(canary, live, known, margin / 2, margin)
        proof = eprocess.proof(canary, live, known, margin)
        beyond = min(base + margin, 1.0)
        most = max(
            most,
            expectation(null, n_t, n_c, base, base, HARM_WEIGHTS),
            expectation(null, n_t, n_c, base * 0.5, base, HARM_WEIGHTS),
            expectation(shifted, n_t, n_c, beyond, base, HARM_WEIGHTS),
            expectation(proof, n_t, n_c, beyond, beyond - margin, PROOF_WEIGHTS),
        )
        checked += 4
    assert checked == 1260
    assert most <= 1 + 1e-9


@pytest.mark.parametrize("level", [0.005, 0.05, 0.4])
def test_the_mean_level_factor_is_at_most_one_at_the_level(level: float) -> None:
    side = eprocess.yes_no(5, np.arange(6))
    chances = binom.pmf(np.arange(6), 5, level)[:, None]
    for logs in (eprocess.level_harm(side, level), eprocess.level_proof(side, level)):
        assert float((chances * np.exp(logs) * LEVEL_WEIGHTS).sum()) <= 1 + 1e-9


def test_bounded_values_equal_counts_when_they_are_zero_and_one() -> None:
    known = Centre(np.array(0.3), np.array(0.2))
    values = Side(np.array([0.0, 1.0, 1.0, 0.0, 0.0]), np.ones(5))
    counts = eprocess.yes_no(5, 2)
    assert eprocess.harm(values, counts, known, 0.05) == pytest.approx(eprocess.harm(counts, values, known, 0.05))


def test_runs_are_independent_of_each_other() -> None:
    bad = np.array([0, 1, 3])
    known = eprocess.centre(np.full(3, 90), np.full(3, 2), None, 0.02, 0.0)
    together = eprocess.harm(eprocess.yes_no(10, bad), eprocess.yes_no(90, 1), known, 0.02)
    for row, count in zip(together, bad, strict=True):
        alone = eprocess.centre(90, 2, None, 0.02, 0.0)
        assert row == pytest.approx(eprocess.harm(eprocess.yes_no(10, count), eprocess.yes_no(90, 1), alone, 0.02))


def test_history_counts_as_a_hundred_units() -> None:
    known = eprocess.centre(300, 30.0, 30.0, 0.02, 0.02 * 0.98)
    assert float(known.mean) == pytest.approx(32 / 400)
    assert known.variance is not None
    assert float(known.variance) == pytest.approx(0.08 * 0.92)
