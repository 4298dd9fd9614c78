"""A year of nights: how often two keys turn although nothing changed.

Endpoints and the cells on them, each with a reference of its own drawn on the first day; every night a screen, an hour
after one that fires a confirmation, phi from the quiet nights.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest

from tasks.drift import dispersion, fingerprint
from tasks.drift.fingerprint import CONFIRM_DRAWS, SCREEN_DRAWS
from tasks.drift.rule import CONFIRM_AFTER, Draw, Look, Watch
from tasks.drift.shift import Shift
from tasks.drift.text import REFERENCE_DRAWS
from tasks.statistics.proportions import upper_bound
from tests.bars.drift.drawing import answers, borders, draw, reference, sources, tokens

each_source = pytest.mark.parametrize("source", sources("first_tokens", "answers"))

START = datetime(2026, 1, 1, 2, tzinfo=UTC)
DAYS = 365
PERMUTATIONS = 199

Compare = Callable[[Draw, int], Shift]


class Year(NamedTuple):
    nights: int
    screens: int
    alarms: int

    def most(self) -> float:
        """The 95 % upper bound of alarms a year of this fleet, if the second key is as rare as the first one."""
        return upper_bound(self.screens, self.nights) ** 2 * self.nights


def endpoint(source: str, seed: int) -> Compare:
    rng, known = np.random.default_rng(seed), tokens(source, "same")
    then = reference(source, rng)
    draws = {Draw.SCREEN: SCREEN_DRAWS, Draw.CONFIRM: CONFIRM_DRAWS}
    return lambda kind, night: fingerprint.compare(
        then, draw(known, borders(source), draws[kind], rng), night, PERMUTATIONS
    )


def cell(source: str, seed: int) -> Compare:
    """Nights are drawn without replacement from the answers that the reference did not take."""
    rng, known = np.random.default_rng(seed), answers(source)
    drawn = known.draw("same", rng)
    then, left = [rows[:REFERENCE_DRAWS] for rows in drawn], [rows[REFERENCE_DRAWS:] for rows in drawn]
    draws = {Draw.SCREEN: 6, Draw.CONFIRM: 12}

    def compare(kind: Draw, night: int) -> Shift:
        return known.compare(then, [rng.permutation(rows)[: draws[kind]] for rows in left], night, PERMUTATIONS)

    return compare


def year(compare: Compare) -> Year:
    """One leg for a year. No floor of the effect: the keys alone have to hold."""
    screens, alarms, quiet = 0, 0, list[float]()
    for night in range(DAYS):
        at = START + timedelta(days=night)
        phi = dispersion.phi((), quiet[-dispersion.NIGHTS :])
        screen = compare(Draw.SCREEN, night)
        watch = Watch().take(_look(screen, at, phi))
        if not watch.open:
            quiet.append(screen.z)
            continue
        watch = watch.take(_look(compare(Draw.CONFIRM, night + DAYS), at + CONFIRM_AFTER, phi))
        screens, alarms = screens + 1, alarms + watch.confirmed
    return Year(DAYS, screens, alarms)


def _look(shift: Shift, at: datetime, phi: float) -> Look:
    return Look(at, shift.z, phi, shift.effect, shift.calls)


def fleet(source: str, endpoints: int, cells: int) -> Year:
    years = [year(endpoint(source, seed)) for seed in range(endpoints)] + [
        year(cell(source, seed)) for seed in range(cells)
    ]
    return Year(*(sum(column) for column in zip(*years, strict=True)))


@pytest.mark.bars
@each_source
def test_a_year_of_an_endpoint_and_a_cell(source: str) -> None:
    found = fleet(source, endpoints=1, cells=1)
    assert found.alarms == 0
    assert found.screens <= 0.015 * found.nights
    assert found.most() <= 0.3


@pytest.mark.bars_full
@each_source
def test_a_year_of_six_endpoints_and_eight_cells(source: str) -> None:
    found = fleet(source, endpoints=6, cells=8)
    assert found.alarms <= 1
    assert found.screens <= 0.012 * found.nights
    assert found.most() <= 0.8
