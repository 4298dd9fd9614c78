"""Requests whose true parts are known, explained again and again: how often the intervals hold the truth.

Units differ from each other. Four things move latency between the windows: the mix of two intents, the fan-out, the
model, and not the prompt's tokens; or, without a change, nothing does.

python -m tests.bars.explain.experiment 1000     # the table of docs/methods/explain.md
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tasks.explain.explain import Part
from tests.tasks.explain.made import Request, explained

LONG, QUERY, TOKEN, MODEL = 0.5, 0.1, 0.004, 0.25
"""Seconds: the second intent, one more query, one more token, the new model."""
TRUTH = {"intent_mix": 0.2 * (LONG + 30 * TOKEN), "prompt_tokens": 0.0, "fan_out": 2 * QUERY, "model": MODEL}
BEHAVIORS = {"v1": {"model": "a"}, "v2": {"model": "b"}}
SIZES = (20, 60, 200)


def requests(random: np.random.Generator, units: int, changed: bool) -> Iterator[Request]:
    """One to five of each unit of a window; a unit is as a whole faster or slower than others."""
    for window in (0, 1):
        now = window * changed
        for unit in range(units):
            own = random.normal(0, 0.15)
            for _ in range(random.integers(1, 6)):
                long = bool(random.random() < 0.3 + 0.2 * now)
                queries, tokens = float(random.poisson(3) + 2 * now), random.normal(100, 20) + 30 * long
                seconds = QUERY * queries + TOKEN * tokens + LONG * long + MODEL * now + own + random.gamma(2, 0.1)
                yield Request(window, unit, seconds, (tokens, queries), f"v{1 + window}", "long" if long else "short")


class Counted(NamedTuple):
    """By factor: in how many runs the interval held the true part, and was told to have moved."""

    held: Counter[str]
    moved: Counter[str]


def count(runs: int, units: int, *, changed: bool = True) -> Counted:
    found = Counted(Counter(), Counter())
    for seed in range(runs):
        asked = requests(np.random.default_rng(seed), units, changed)
        for part in explained("latency", asked, ("prompt_tokens", "fan_out"), BEHAVIORS).parts:
            name = part.factors[0]
            found.held[name] += _holds(part, TRUTH[name] if changed else 0.0)
            found.moved[name] += part.told == "moved"
    return found


def _holds(part: Part, truth: float) -> bool:
    assert part.low is not None
    assert part.high is not None
    return float(part.low) <= truth <= float(part.high)


def main(runs: int) -> None:
    for changed in (True, False):
        for units in SIZES:
            found = count(runs, units, changed=changed)
            cells = (f"{100 * found.held[name] / runs:.1f} / {100 * found.moved[name] / runs:.1f}" for name in TRUTH)
            print(f"| {'changed' if changed else 'unchanged'}, {units} units | {' | '.join(cells)} |")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
