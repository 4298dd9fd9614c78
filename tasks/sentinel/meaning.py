"""Answers as vectors, for the third kernel of the texts: encoded in this process, nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from registry.runtime.drivers import sentences
from tasks.drift.shift import Floats
from tasks.drift.text import Texts, Vectors

_BATCH = 64
_WIDTH = 512


def vectors(pools: Sequence[Texts]) -> list[Vectors]:
    """For each pool (answers, 512) by case. An answer that came many times is encoded once."""
    said = sorted({answer for pool in pools for answers in pool.values() for answer in answers})
    known: dict[str, Floats] = {}
    for start in range(0, len(said), _BATCH):
        part = said[start : start + _BATCH]
        known |= zip(part, np.array(sentences.vectors(part)), strict=True)
    return [{case: _rows(answers, known) for case, answers in pool.items()} for pool in pools]


def _rows(answers: Sequence[str], known: Mapping[str, Floats]) -> Floats:
    return np.array([known[answer] for answer in answers]).reshape(-1, _WIDTH)
