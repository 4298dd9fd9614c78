"""Kernels between texts: how alike two answers to the same case are, from 0 to 1, as Gram matrices.

No single one wins everywhere: words see other vocabulary, prefixes see another first decision, embeddings another
meaning in short JSON. A panel of three was never the worst where there was power to lose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tasks.drift.shift import FLAT, Floats

WORD = re.compile(r"\w+|[^\w\s]")


def panel(texts: Sequence[str], vectors: Floats | None = None) -> Floats:
    """(3, n, n): words, prefix, and by embedding `vectors` (n, d) or, without them, exact equality."""
    words = [WORD.findall(text) for text in texts]
    codes = _codes(words)
    third = _exact(texts) if vectors is None else _rbf(vectors)
    return np.stack([_bag_of_words(codes), _prefix(codes), third])


def _codes(words: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """(n, longest) word numbers from 1, padded with 0."""
    known: dict[str, int] = {}
    codes = np.zeros((len(words), max(map(len, words), default=0)), np.int64)
    for row, line in enumerate(words):
        codes[row, : len(line)] = [known.setdefault(word, len(known) + 1) for word in line]
    return codes


def _bag_of_words(codes: NDArray[np.int64]) -> Floats:
    """Cosine of word counts. Two empty texts are alike, an empty and a full one are not."""
    counts = np.zeros((len(codes), int(codes.max(initial=0)) + 1))
    np.add.at(counts, (np.arange(len(codes))[:, None], codes), 1.0)
    counts[:, 0] = ~codes.any(axis=1)
    counts /= np.linalg.norm(counts, axis=1, keepdims=True)
    return np.asarray(counts @ counts.T)


def _prefix(codes: NDArray[np.int64]) -> Floats:
    """Length of the common word prefix over the geometric mean of both lengths: positive definite, 1 for itself.

    It counts the k for which both texts have the same first k words, so it is an inner product of prefix indicators.
    """
    lengths = (codes > 0).sum(axis=1)
    common, alike = np.zeros((len(codes), len(codes))), np.ones((len(codes), len(codes)), bool)
    for column in codes.T:
        alike &= (column[:, None] == column) & (column > 0)
        if not alike.any():
            break
        common += alike
    common[np.ix_(lengths == 0, lengths == 0)] = 1.0
    return np.asarray(common / np.sqrt(np.outer(np.maximum(lengths, 1), np.maximum(lengths, 1))))


def _exact(texts: Sequence[str]) -> Floats:
    _, codes = np.unique(np.array(texts, dtype=object).astype(str), return_inverse=True)
    return np.asarray((codes[:, None] == codes).astype(np.float64))


def _rbf(vectors: Floats) -> Floats:
    """exp(-d2 / median of d2 over pairs): the median makes it free of the scale, and of the order of the texts."""
    squares = (vectors**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * vectors @ vectors.T, 0.0)
    pairs = apart[np.triu_indices(len(vectors), 1)]
    spread = float(np.median(pairs[pairs > FLAT])) if (pairs > FLAT).any() else 1.0
    return np.asarray(np.exp(-apart / spread))
