"""Nights in the shape that was published of a real endpoint: noisy for two weeks, then another model.

The series of B3IT (Chauvin et al., arXiv 2602.11083) for one endpoint has 26 border inputs of 10 draws a night. On 6 of
the 15 nights before the swap p <= .05, with z up to 13 and an excess TV that stays below .10; on the first night of
the swap it is .9. This fixture is made to that shape, it is not that data.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from tasks.drift import dispersion, fingerprint
from tasks.drift.fingerprint import Draws
from tasks.drift.rule import CHANGED_FLOOR, NUMERICS_FLOOR, Look, Watch
from tasks.drift.shift import Shift

pytestmark = pytest.mark.bars

PROBES, DRAWS, REFERENCE = 26, 10, 100
NIGHTS = 15
NOISE = {1: 0.05, 3: 0.09, 4: 0.06, 8: 0.03, 9: 0.12, 13: 0.08}
"""Share of calls by noisy night that another backend serves."""
SKEWED = 0.985
"""Most probes have one likely token: that is how a small mixture gives a large z."""
START = datetime(2026, 1, 14, 2, tzinfo=UTC)


def drawn(share_b: float, draws: int, rng: np.random.Generator, other: float = 0.0) -> Draws:
    """`share_b` of calls come from a backend that says b, where this one says a; `other` from another model."""
    found = {}
    for probe in range(PROBES):
        own = rng.random(draws) < SKEWED
        away = rng.random(draws) < share_b
        swapped = rng.random(draws) < other
        found[f"p{probe}"] = [
            "z" if s else "b" if w or not o else "a" for o, w, s in zip(own, away, swapped, strict=True)
        ]
    return found


def looked(night: int, rng: np.random.Generator, then: Draws, other: float = 0.0) -> Shift:
    return fingerprint.compare(then, drawn(NOISE.get(night, 0.0), DRAWS, rng, other), night)


@lru_cache
def series() -> tuple[tuple[Shift, ...], tuple[Shift, Shift]]:
    """The nights before the swap; screen and confirmation of the first night after it."""
    rng = np.random.default_rng(14)
    then = drawn(0.0, REFERENCE, rng)
    before = tuple(looked(night, rng, then) for night in range(NIGHTS))
    return before, (looked(NIGHTS, rng, then, 0.95), looked(NIGHTS, rng, then, 0.95))


def test_the_fixture_has_the_published_shape() -> None:
    before, (screen, _) = series()
    assert sum(shift.p <= 0.05 for shift in before) == 6
    assert 10 <= max(shift.z for shift in before) <= 20
    assert 0.08 <= max(shift.effect for shift in before) < NUMERICS_FLOOR
    assert 0.85 <= screen.effect <= 0.95


def test_nothing_is_found_before_the_swap_and_the_swap_on_its_first_night() -> None:
    before, swap = series()
    watch, quiet = Watch(NUMERICS_FLOOR), list[float]()
    for night, shift in enumerate(before):
        watch = watch.take(_look(shift, START + timedelta(days=night), quiet))
        assert not watch.looks
        quiet.append(shift.z)
    swapped_at = START + timedelta(days=NIGHTS)
    for hour, shift in enumerate(swap):
        watch = watch.take(_look(shift, swapped_at + timedelta(hours=hour), quiet))
    assert watch.confirmed
    assert watch.first_seen == swapped_at
    assert (watch.effect or 0.0) >= CHANGED_FLOOR
    assert not watch.pages, "the endpoint is noisy: a person is woken when the next night says the same"


def test_p_values_two_nights_running_would_have_alarmed() -> None:
    """Why a floor is needed: the usual rule fires on this series before anything happened."""
    before, _ = series()
    small = [shift.p <= 0.01 for shift in before]
    assert any(one and two for one, two in pairwise(small))


def _look(shift: Shift, at: datetime, quiet: list[float]) -> Look:
    return Look(at, shift.z, dispersion.phi((), quiet[-dispersion.NIGHTS :]), shift.effect, shift.calls)
