"""One bar at two sizes: quick for `make bars`, full for `make bars-full`."""

from __future__ import annotations

import pytest

HOUR = 3600


def sized(quick: int, full: int) -> pytest.MarkDecorator:
    """The parameter `runs`: how many canaries are simulated."""
    return pytest.mark.parametrize("runs", [in_bars(quick), in_full(full)])


def in_bars(runs: int, *more: object) -> object:
    return pytest.param(*more, runs, marks=[pytest.mark.bars, pytest.mark.timeout(300)])


def in_full(runs: int, *more: object) -> object:
    return pytest.param(*more, runs, marks=[pytest.mark.bars_full, pytest.mark.timeout(HOUR)])
