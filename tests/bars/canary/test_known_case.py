"""A concise rewrite that harms: stopped before promotion, by the guards that `docs/methods/canary.md` names."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.canary.look import Action
from tests.bars.canary.known_case import NOTES, TOOL, Stop, quantiles, replay
from tests.bars.canary.sizes import sized

STOPPED_BY = {
    "the note's guards": {f"{TOOL} max_decrease"},
    "defaults only": {f"{TOOL} max_decrease", "output_tokens min_ratio"},
}


def stops(note: str, runs: int) -> list[Stop]:
    return [replay(note, seed) for seed in range(runs)]


@sized(5, 40)
@pytest.mark.parametrize("note", NOTES)
def test_the_rewrite_is_stopped_before_promotion(note: str, runs: int) -> None:
    found = stops(note, runs)
    assert {stop.action for stop in found} == {Action.ROLL_BACK}
    assert {stop.share_bps for stop in found} <= {500, 2500}
    named = Counter(guard for stop in found for guard in stop.guards)
    assert sum(named[guard] for guard in STOPPED_BY[note]) >= 0.9 * runs
    assert quantiles(found)[1] <= 500
