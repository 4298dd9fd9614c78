"""Which message of the older version is which of the newer: the pairs in order that have the most words in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .paragraphs import said
from .words import tokens

LIKE = 0.3
_OTHER_ROLE = 0.6
Messages = Sequence[Mapping[str, Any]]


def message_pairs(before: Messages, after: Messages) -> list[tuple[int, int]]:
    """Older and newer index, both ascending: the heaviest common subsequence, each pair weighing its likeness."""
    weights = _weights(before, after)
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i, row in reversed(list(enumerate(weights))):
        for j, weight in reversed(list(enumerate(row))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], weight + best[i + 1][j + 1] if weight else 0.0)
    return _walk(weights, best)


def bag(text: str) -> Counter[str]:
    """The words without case; of a text without words, its marks."""
    found = [token for token in tokens(text.casefold()) if not token.isspace()]
    return Counter([token for token in found if any(map(str.isalnum, token))] or found)


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """Dice coefficient: 2 x the shared words over all words, 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _weights(before: Messages, after: Messages) -> list[list[float]]:
    newer = [(message["role"], bag(said(message))) for message in after]
    rows = []
    for message in before:
        role, words = message["role"], bag(said(message))
        scores = [likeness(words, others) * (1 if role == other else _OTHER_ROLE) for other, others in newer]
        rows.append([score if score >= LIKE else 0.0 for score in scores])
    return rows


def _walk(weights: list[list[float]], best: list[list[float]]) -> list[tuple[int, int]]:
    i = j = 0
    pairs = []
    while i < len(weights) and j < len(weights[i]):
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
