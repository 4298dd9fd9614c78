"""Where border inputs are looked for: made-up words, so that no list has to be shipped and no language is preferred."""

from __future__ import annotations

import numpy as np

CANDIDATES = 240

ONSETS = ("b", "br", "ch", "d", "dr", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v", "z")
VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")
ENDS = ("", "", "l", "m", "n", "r", "s", "t", "x")


def words(seed: int, count: int = CANDIDATES) -> tuple[str, ...]:
    """`count` different words of one to three syllables."""
    rng, found = np.random.default_rng(seed), dict[str, None]()
    while len(found) < count:
        found["".join(_syllable(rng) for _ in range(rng.integers(1, 4)))] = None
    return tuple(found)


def _syllable(rng: np.random.Generator) -> str:
    return "".join(str(rng.choice(part)) for part in (ONSETS, VOWELS, ENDS))
