"""What a judging model wrote, as an opinion; None when it cannot be read. A number out of range is not bent into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from .assertions.contains_json import values
from .assertions.question import Choice, Embedding, Grade, Opinion, To


def grade(text: str) -> Grade | None:
    """A JSON object with `score` in 0..1, and a `reason` if it likes."""
    told = _told(text)
    score = _number(told.get("score"))
    return Grade(score, _reason(told)) if score is not None and 0 <= score <= 1 else None


def choice(text: str) -> Choice | None:
    """A JSON object with `better`: first, second or neither."""
    told = _told(text)
    better = told.get("better")
    return Choice(better, _reason(told)) if better in ("first", "second", "neither") else None


def embedding(text: str) -> Embedding | None:
    """A JSON list of numbers, as the embedding driver writes it."""
    found = next(values(text), None)
    numbers = [_number(one) for one in found] if isinstance(found, list) else []
    known = tuple(one for one in numbers if one is not None)
    return Embedding(known) if known and len(known) == len(numbers) else None


READERS: Mapping[To, Callable[[str], Opinion | None]] = {"rubric": grade, "pairwise": choice, "embedding": embedding}


def _told(text: str) -> dict[str, Any]:
    """The one JSON object of the text, with or without words around it; two are one too many to know which counts."""
    found = list(islice(values(text), 2))
    return found[0] if len(found) == 1 and isinstance(found[0], dict) else {}


def _number(value: Any) -> float | None:
    """A finite number, and no yes or no."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good else None


def _reason(told: dict[str, Any]) -> str:
    return str(told.get("reason") or "no reason given")
