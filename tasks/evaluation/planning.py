"""How many cases and repeats a set needs to see a difference, and what it can see as it is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from registry.artifact import Risk
from tasks.statistics.power import Components, cases_needed, detectable_drop, margin

from .check import Size, components
from .evalset import Selection
from .evalset_file import ROUNDS

ARMS = 2
Fit = Literal["enough", "rarely", "too small"]
"""`rarely`: it may pass, with less than 80 % power."""


class Option(NamedTuple):
    """`cases` with so many `repeats` of each; `calls` are those of both arms when no round is saved."""

    repeats: int
    cases: int
    calls: int


class Reach(NamedTuple):
    """What a subset can do: `detects` is the drop that is rejected with 80 % power, a fraction."""

    subset: str
    cases: int
    repeats: int
    detects: float
    margins: dict[Risk, float]
    fits: dict[Risk, Fit]


def options(measured: Components, detect: float) -> list[Option]:
    """For 1 to 5 repeats: the cases to pass an equal version at a margin of `detect` (a fraction), or to prove a drop
    of as much, one-sided 5 %, 80 % power."""
    found = ((repeats, cases_needed(measured, detect, repeats)) for repeats in range(1, ROUNDS + 1))
    return [Option(repeats, cases, ARMS * repeats * cases) for repeats, cases in found]


def reach(selection: Selection, measured: Components, sizes: Mapping[Risk, Size]) -> Reach:
    n = len(selection.cases)
    margins = {risk: margin(measured, n, ROUNDS, size.cap).value for risk, size in sizes.items()}
    fits = {risk: _fit(measured, n, size) for risk, size in sizes.items()}
    return Reach(selection.name, n, ROUNDS, detectable_drop(measured, n, ROUNDS), margins, fits)


def fits(selection: Selection, sizes: Mapping[Risk, Size]) -> dict[Risk, Fit]:
    """Which risk a subset is large enough for, by the set's own variance components."""
    return {risk: _fit(components(selection), len(selection.cases), size) for risk, size in sizes.items()}


def _fit(measured: Components, n: int, size: Size) -> Fit:
    if n < size.minimum:
        return "too small"
    return "rarely" if margin(measured, n, ROUNDS, size.cap).too_small else "enough"
