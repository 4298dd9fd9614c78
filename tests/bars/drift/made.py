"""An endpoint and a cell of known distributions, in the form of the recordings and under the names of their scenarios.

First tokens: twenty log-probabilities a word, standard normal; a scenario adds normal noise to them. Answers: twelve
words drawn from a geometric distribution over the case's own vocabulary; a scenario makes it flatter or turns it. Sizes
are chosen so that the bars can be held: these say whether the engine works, not how large real changes are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from tasks.drift import probes
from tests.tasks.drift.recordings.record import MESSAGES, SCENARIOS, TOP, WORDS_SEED

NATS = {"kv8": 0.11, "no_flash": 0.10, "prefix": 0.22, "kv4": 0.25, "q4_0": 0.3}
"""Standard deviation of what a scenario adds to a log-probability."""
FLATTER = {"hot": 1.5}
TURNED = {"kv4": 2, "q4_0": 2, "swap": 12}
"""Places by which a scenario turns the order of the vocabulary, for this share of the words:"""
MIXED = {"kv4": 0.5, "q4_0": 0.6, "swap": 1.0}

VOCABULARY, LENGTH, DECAY = 30, 12, 6.0


@lru_cache(maxsize=1)
def made() -> dict[str, Any]:
    return {name: {"first_tokens": _first_tokens(name), "answers": _answers(name)} for name in SCENARIOS}


def _first_tokens(scenario: str) -> dict[str, dict[str, float]]:
    own, added = np.random.default_rng(1), np.random.default_rng(2)
    found = {}
    for word in probes.words(WORDS_SEED):
        logs = own.standard_normal(TOP) + NATS.get(scenario, 0.0) * added.standard_normal(TOP)
        found[word] = {f"t{token}": float(value) for token, value in enumerate(logs)}
    return found


def _answers(scenario: str) -> dict[str, list[str]]:
    rng = np.random.default_rng(list(SCENARIOS).index(scenario))
    weights = np.exp(-np.arange(VOCABULARY) / (DECAY * FLATTER.get(scenario, 1.0)))
    mixed = MIXED.get(scenario, 0.0)
    weights = (1 - mixed) * weights + mixed * np.roll(weights, TURNED.get(scenario, 0))
    drawn = rng.choice(VOCABULARY, (len(MESSAGES), SCENARIOS[scenario].answers, LENGTH), p=weights / weights.sum())
    return {
        message: [" ".join(f"w{number}x{word}" for word in answer) for answer in drawn[number]]
        for number, message in enumerate(MESSAGES)
    }
