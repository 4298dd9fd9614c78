"""An eval set beside what production asks: intents, lengths, languages, and requests that no case is like. Pure.

Lengths are characters of all texts of a request. Likeness is the cosine of embeddings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import pdtr

from .language import language
from .wording import Floats, nearest

QUANTILES = (0.25, 0.5, 0.75, 0.95)
NEAR_QUANTILE = 0.05
MIN_CLUSTERS = 20
"""With fewer, how near cases of this set are to each other is not known well enough."""
CHANCE = 0.01
FEW = 3
"""A share less than a third of that of production is missed; a set is often balanced on purpose."""
SEEN = 5
"""Requests of one kind from which on it is a kind."""
LIKE = 0.6
SHOWN = 5

Embed = Callable[[Sequence[str]], Floats]
"""A row of length 1 for each text."""


class Text(NamedTuple):
    """A case (`cluster` is its own) or a request (its cluster does not matter)."""

    intent: str
    text: str
    cluster: str = ""


class Slice(NamedTuple):
    """How often one intent, band of lengths or language is in the set and in production; `missed`: no case, or
    less than a third of its share in production and not by chance (1 %)."""

    kind: str
    name: str
    cases: int
    requests: int
    missed: bool


class Far(NamedTuple):
    """Requests like each other and like no case, and one of them."""

    requests: int
    example: str


class Coverage(NamedTuple):
    """`bound`: 5 % of the cases have no case of another cluster as near as this; None when there are too few to know.
    `far`: requests with no case as near, of `requests`; 5 % are expected of a set that is drawn from production."""

    cases: int
    requests: int
    slices: tuple[Slice, ...]
    bound: float | None
    far: int
    groups: tuple[Far, ...]


def coverage(cases: Sequence[Text], asked: Sequence[Text], embed: Embed) -> Coverage:
    """Needs a case and a request."""
    slices = [*_intents(cases, asked), *_lengths(cases, asked), *_languages(cases, asked)]
    rows, requests = embed([one.text for one in cases]), embed([one.text for one in asked])
    bound = _bound(cases, rows)
    alone = [] if bound is None else [n for n, one in enumerate(nearest(requests, rows)) if one.cosine < bound]
    groups = _groups(requests[alone], [asked[index].text for index in alone])
    return Coverage(len(cases), len(asked), tuple(slices), bound, len(alone), tuple(groups[:SHOWN]))


def _intents(cases: Sequence[Text], asked: Sequence[Text]) -> list[Slice]:
    return _sliced("intent", [one.intent for one in cases], [one.intent for one in asked])


def _languages(cases: Sequence[Text], asked: Sequence[Text]) -> list[Slice]:
    return _sliced("language", [language(one.text) for one in cases], [language(one.text) for one in asked])


def _lengths(cases: Sequence[Text], asked: Sequence[Text]) -> list[Slice]:
    """In bands between quantiles of production."""
    sizes = [len(one.text) for one in asked]
    edges = [0, *sorted({int(edge) for edge in np.quantile(sizes, QUANTILES)})]
    names = [*(f"{low + 1 if low else 0} to {high}" for low, high in pairwise(edges)), f"over {edges[-1]}"]

    def band(text: str) -> str:
        return names[int(np.searchsorted(edges[1:], len(text), side="left"))]

    found = _sliced("length", [band(one.text) for one in cases], [band(one.text) for one in asked])
    return sorted(found, key=lambda one: names.index(one.name))


def _sliced(kind: str, cases: Sequence[str], asked: Sequence[str]) -> list[Slice]:
    """The most requests first."""
    mine, theirs = Counter(cases), Counter(asked)
    scale = len(cases) / len(asked)
    names = sorted({*mine, *theirs}, key=lambda name: (-theirs[name], name))
    return [Slice(kind, name, mine[name], theirs[name], _missed(mine[name], theirs[name], scale)) for name in names]


def _missed(cases: int, requests: int, scale: float) -> bool:
    """No case at all; or less than a third of `requests * scale`, and Poisson says that chance hardly does that."""
    expected = requests * scale
    return requests >= SEEN and (cases == 0 or (FEW * cases < expected and bool(pdtr(cases, expected) < CHANCE)))


def _bound(cases: Sequence[Text], rows: Floats) -> float | None:
    clusters = [one.cluster for one in cases]
    if len(set(clusters)) < MIN_CLUSTERS:
        return None
    found = nearest(rows, rows, clusters, clusters)
    return float(np.quantile([one.cosine for one in found], NEAR_QUANTILE))


def _groups(rows: Floats, texts: Sequence[str]) -> list[Far]:
    """Each request goes to the first group whose first one it is like; the largest groups first."""
    heads: list[int] = []
    members: Counter[int] = Counter()
    for index, row in enumerate(rows):
        like = next((head for head in heads if float(rows[head] @ row) >= LIKE), None)
        if like is None:
            heads.append(index)
        members[index if like is None else like] += 1
    return [Far(count, texts[head]) for head, count in members.most_common()]
