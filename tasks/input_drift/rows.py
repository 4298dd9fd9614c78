"""Texts as rows of numbers whose means can be compared: meaning, length, language, intent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from tasks.evaluation.coverage import Embed
from tasks.evaluation.language import language

from .difference import Floats

Measure = Literal["meaning", "length", "language", "intent"]


class Rows(NamedTuple):
    """`names` are those of the columns of a share; empty for what is no share."""

    names: tuple[str, ...]
    values: Floats


def rows_of(texts: Sequence[str], intents: Sequence[str], embed: Embed) -> Mapping[Measure, Rows]:
    """A row a text in each; without `intents` there is no row of them."""
    found: dict[Measure, Rows] = {
        "meaning": Rows((), np.asarray(embed(texts), dtype=np.float64)),
        "length": Rows((), np.log1p([[float(len(text))] for text in texts])),
        "language": _shares([language(text) for text in texts]),
    }
    if intents:
        found["intent"] = _shares(intents)
    return found


def _shares(labels: Sequence[str]) -> Rows:
    names = tuple(sorted(set(labels)))
    at = {name: column for column, name in enumerate(names)}
    values = np.zeros((len(labels), len(names)))
    values[np.arange(len(labels)), [at[label] for label in labels]] = 1.0
    return Rows(names, values)
