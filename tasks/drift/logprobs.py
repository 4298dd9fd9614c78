"""The fingerprint where a provider gives log-probabilities: the canonical messages, drawn twice, one token each.

After Chauvin et al., arXiv 2512.03816. They are asked for in requests of their own, since asking for them can change a
text. Providers report them before sampling, so temperature and top_p stay invisible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tasks.drift.shift import PERMUTATIONS, Floats, Shift, drawn_on_both, mean_over

Vector = Mapping[str, float]
"""Log-probability (nats) of the first token, by token: the likeliest twenty, or as many as the provider gives."""

Vectors = Mapping[str, Sequence[Vector]]
"""Vectors by prompt, in the order drawn."""

DIGITS = 3
"""Vectors that agree to so many digits are the same: a backend that answers bit by bit alike has one a prompt."""

WIDTHS = (20, 5)
"""Likeliest tokens that are asked for, in this order, until a provider takes one: some give five at most."""
LEAST = -30.0
"""Nats below which a token is as good as impossible: some servers say -9999 for it, some -3e38."""
SCREEN_DRAWS = 2
CONFIRM_DRAWS = 5
LEAST_REFERENCE = 10
"""Vectors by prompt that a reference has at least, or there is no such leg."""


@dataclass(frozen=True, slots=True)
class LogprobShift:
    """`unseen`: prompts with a vector tonight that the reference never had. `shift.effect`: nats above chance, at
    most 0 where every vector was seen before: another share of known backends is no change."""

    shift: Shift
    unseen: tuple[str, ...]


def compare(reference: Vectors, tonight: Vectors, seed: int, permutations: int = PERMUTATIONS) -> LogprobShift:
    """Mean absolute difference of mean log-probabilities over tokens and prompts, permuted within a prompt."""
    shift = mean_over(reference, tonight, _differences, seed, permutations)
    prompts, _ = drawn_on_both(reference, tonight)
    unseen = tuple(prompt for prompt in prompts if _unseen(reference[prompt], tonight[prompt]))
    return LogprobShift(shift if unseen else replace(shift, effect=min(shift.effect, 0.0)), unseen)


def vector(told: Mapping[str, float]) -> Vector:
    """As it is kept."""
    return {token: round(max(value, LEAST), DIGITS + 1) for token, value in told.items()}


def width(known: Vectors) -> int:
    """Tokens of the widest vector: so many are asked for again. 0 without vectors."""
    return max((len(one) for drawn in known.values() for one in drawn), default=0)


def _unseen(reference: Sequence[Vector], tonight: Sequence[Vector]) -> bool:
    known = {_rounded(vector) for vector in reference}
    return any(_rounded(vector) not in known for vector in tonight)


def _rounded(vector: Vector) -> tuple[tuple[str, float], ...]:
    return tuple(sorted((token, round(value, DIGITS)) for token, value in vector.items()))


def _differences(
    reference: Sequence[Vector], tonight: Sequence[Vector], rng: np.random.Generator, permutations: int
) -> tuple[float, Floats]:
    rows = _table([*reference, *tonight])
    now, n = len(tonight), len(rows)
    orders = np.vstack([np.roll(np.arange(n), now), rng.random((permutations, n)).argsort(axis=1)])
    chosen = rows[orders[:, :now]].mean(axis=1)
    others = (rows.sum(axis=0) - chosen * now) / (n - now)
    apart = np.abs(chosen - others).mean(axis=1)
    return float(apart[0]), apart[1:]


def _table(vectors: Sequence[Vector]) -> Floats:
    """(n, tokens). A token that a vector does not list is at most as likely as its last one, and is put there."""
    tokens = sorted({token for vector in vectors for token in vector})
    floors = [min(vector.values(), default=0.0) for vector in vectors]
    return np.array([[v.get(token, floor) for token in tokens] for v, floor in zip(vectors, floors, strict=True)])
