"""Intervals of an explanation on requests whose true parts are known: sixty units a window that differ from each other.

Four things move latency between the windows: the mix of two intents, the fan-out, the model, and not the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.tasks.explain.made import Request, explained

RUNS = 300
LONG, QUERY, TOKEN, MODEL = 0.5, 0.1, 0.004, 0.25
"""Seconds: the second intent, one more query, one more token, the new model."""
TRUTH = {"intent_mix": 0.2 * (LONG + 30 * TOKEN), "prompt_tokens": 0.0, "fan_out": 2 * QUERY, "model": MODEL}
BEHAVIORS = {"v1": {"model": "a"}, "v2": {"model": "b"}}


def requests(random: np.random.Generator) -> Iterator[Request]:
    """One to five of each unit; a unit is as a whole faster or slower than others."""
    for window in (0, 1):
        for unit in range(60):
            own = random.normal(0, 0.15)
            for _ in range(random.integers(1, 6)):
                long = bool(random.random() < 0.3 + 0.2 * window)
                queries, tokens = float(random.poisson(3) + 2 * window), random.normal(100, 20) + 30 * long
                seconds = QUERY * queries + TOKEN * tokens + LONG * long + MODEL * window + own + random.gamma(2, 0.1)
                yield Request(window, unit, seconds, (tokens, queries), f"v{1 + window}", "long" if long else "short")


@pytest.mark.bars
def test_the_intervals_hold_the_true_parts() -> None:
    held = dict.fromkeys(TRUTH, 0)
    for seed in range(RUNS):
        found = explained("latency", requests(np.random.default_rng(seed)), ("prompt_tokens", "fan_out"), BEHAVIORS)
        for part in found.parts:
            name = part.factors[0]
            assert part.low is not None
            assert part.high is not None
            held[name] += float(part.low) <= TRUTH[name] <= float(part.high)
    assert {name: count / RUNS for name, count in held.items() if count / RUNS < 0.92} == {}
