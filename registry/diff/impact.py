"""What a change means for code that calls the prompt."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """MAY_BREAK: strict callers break, or it cannot be told from the schema."""

    SAFE = "safe"
    MAY_BREAK = "may_break"
    BREAKS = "breaks"


class Impact(NamedTuple):
    """`where` is the path of what changed, `what` a sentence without a full stop."""

    level: Level
    where: str
    what: str


_ORDER = tuple(Level)


def worst(impacts: Iterable[Impact]) -> Level:
    """SAFE when nothing changed."""
    return max((impact.level for impact in impacts), key=_ORDER.index, default=Level.SAFE)
