from __future__ import annotations

import numpy as np

from tasks.gate.simulation.model import SCENARIOS
from tasks.gate.simulation.rule import PASS, REJECT, Plan
from tasks.gate.simulation.streams import stream


def test_bad_candidates_never_go_live_and_good_ones_do() -> None:
    changes = np.tile([-0.15, 0.08, -0.15], (10, 1))
    found = stream(SCENARIOS["base"], changes, 200, Plan(0.05), np.random.default_rng(1))
    assert found.verdict.shape == found.rounds.shape == (10, 3)
    assert (found.verdict[:, [0, 2]] == REJECT).all()
    assert (found.verdict[:, 1] == PASS).all()
    assert np.allclose(found.change, 0.08)
    assert found.share(PASS) == 1 / 3
