"""What an assertion asks of a model before it can judge, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

To = Literal["rubric", "pairwise", "embedding"]
"""Who is asked: a judge that grades, a judge that compares, or a model that gives vectors."""


class Question(NamedTuple):
    """`variables` are what the judge's prompt gets, as pairs: equal questions are one. None of them names an arm."""

    to: To
    variables: tuple[tuple[str, str], ...]


class Grade(NamedTuple):
    """`score` in 0..1."""

    score: float
    reason: str


class Choice(NamedTuple):
    """Which of two answers is better."""

    better: Literal["first", "second", "neither"]
    reason: str


class Embedding(NamedTuple):
    numbers: tuple[float, ...]


class Silence(NamedTuple):
    """No usable answer came: whatever needed it is unscored. `error` (`PS-E401 ...`): the call itself failed."""

    why: str
    error: str | None = None


Opinion = Grade | Choice | Embedding | Silence
Opinions = Mapping[Question, Opinion]
NO_OPINIONS: Opinions = MappingProxyType({})
