"""The text leg of a cell: are tonight's answers from the same distribution as the reference, case by case?

Maximum mean discrepancy (Gretton et al. 2012; for model endpoints Gao, Liang and Guestrin, arXiv 2410.20247) with three
kernels, permuted within each case only. Each kernel is standardised by its permutations and the three are added: the
statistic is the sum, and its z comes from the same permutations. A kernel that does not vary is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.drift import kernels
from tasks.drift.shift import FLAT, PERMUTATIONS, Floats, Shift, drawn_on_both, standardised

Texts = Mapping[str, Sequence[str]]
"""Answers by case, in the order drawn."""

Vectors = Mapping[str, Floats]
"""Embeddings by case: (answers, d), in the order of its texts."""

SCREEN_DRAWS = 6
CONFIRM_DRAWS = 12
WEEK_NIGHTS = 7
WEEK_DRAWS = 42
"""What seven quiet nights drew of a case together, and what confirms them."""
REFERENCE_DRAWS = 60
CASES = 8


@dataclass(frozen=True, slots=True)
class Pool:
    """One case: the Gram matrices (3, n, n) of all its answers, and which of the n are tonight's."""

    grams: Floats
    now: NDArray[np.int64]


def compare(
    reference: Texts,
    tonight: Texts,
    seed: int,
    vectors: tuple[Vectors, Vectors] | None = None,
    permutations: int = PERMUTATIONS,
) -> Shift:
    """Tonight's answers against the reference. `vectors`: embeddings of both, or None for kernels without a model.

    `effect` is the bag-of-words MMD^2 (unbiased, mean over cases). A case without an answer on one side is left out.
    """
    cases, left_out = drawn_on_both(reference, tonight)
    pools = [pool(reference[c], tonight[c], None if vectors is None else (vectors[0][c], vectors[1][c])) for c in cases]
    return compare_pools(pools, seed, permutations, left_out)


def pool(reference: Sequence[str], tonight: Sequence[str], vectors: tuple[Floats, Floats] | None = None) -> Pool:
    both = None if vectors is None else np.concatenate(vectors).astype(np.float64)
    now = np.arange(len(reference), len(reference) + len(tonight))
    return Pool(kernels.panel([*reference, *tonight], both), now)


def compare_pools(
    pools: Sequence[Pool], seed: int, permutations: int = PERMUTATIONS, left_out: tuple[str, ...] = ()
) -> Shift:
    """The test on Gram matrices. Those of a fixed set of answers need computing once for many nights."""
    rng = np.random.default_rng(seed)
    table = np.zeros((permutations + 1, 3))
    words = np.zeros(permutations + 1)
    for one in pools:
        biased, unbiased = _discrepancies(one, rng, permutations)
        table += biased / len(pools)
        words += unbiased / len(pools)
    statistic, permuted = _sum_of_standardised(table)
    z, p = standardised(statistic, permuted)
    calls = sum(len(one.now) for one in pools)
    return Shift(z, p, statistic, float(words[0]), float(words[1:].std()), calls, left_out)


def _discrepancies(one: Pool, rng: np.random.Generator, permutations: int) -> tuple[Floats, Floats]:
    """Biased MMD^2 by kernel (B + 1, 3) and the unbiased one of the words (B + 1,); row 0 is the observed one.

    All of it follows from s'Ks and s'K1, with s the 0/1 row of tonight's m answers among all.
    """
    n, m = one.grams.shape[1], len(one.now)
    rows = np.zeros((permutations + 1, n))
    rows[0, one.now] = 1.0
    chosen = rng.random((permutations, n)).argpartition(m - 1, axis=1)[:, :m]
    np.put_along_axis(rows[1:], chosen, 1.0, axis=1)
    product = (rows @ one.grams.transpose(1, 0, 2).reshape(n, 3 * n)).reshape(-1, 3, n)
    now = np.einsum("bkn,bn->bk", product, rows)
    cross = rows @ one.grams.sum(axis=2).T - now
    then = one.grams.sum(axis=(1, 2)) - now - 2 * cross
    biased = now / m**2 + then / (n - m) ** 2 - 2 * cross / (m * (n - m))
    return biased, _unbiased(now[:, 0], then[:, 0], cross[:, 0], m, n - m)


def _unbiased(now: Floats, then: Floats, cross: Floats, m: int, n: int) -> Floats:
    """Gretton's unbiased MMD^2 from sums of Gram entries: pairs of an answer with itself, 1 each, do not count.

    With a single answer on a side there are no such pairs, and it is the biased one.
    """
    own = (now - m) / (m * (m - 1)) if m > 1 else now
    other = (then - n) / (n * (n - 1)) if n > 1 else then
    return np.asarray(own + other - 2 * cross / (m * n))


def _sum_of_standardised(table: Floats) -> tuple[float, Floats]:
    """Row 0 is observed, the others are permutations; columns that do not vary are left out."""
    centre, spread = table[1:].mean(axis=0), table[1:].std(axis=0)
    varies = spread > FLAT
    sums = ((table - centre)[:, varies] / spread[varies]).sum(axis=1)
    return float(sums[0]), np.asarray(sums[1:])
