"""One day of a prompt beside the week before and the eval set. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from tasks.evaluation.coverage import Embed

from .difference import Difference, Floats, from_days, from_set
from .finding import Against, Compared, Finding, Side, finding
from .rows import rows_of

LEAST = 50
"""Requests of today, below which nothing is compared."""


class Said(NamedTuple):
    """A text of a request (`day`: 0 is today, 1 to 7 are before) or of a case (its day does not matter)."""

    text: str
    intent: str = ""
    day: int = 0


def compare(
    side: Side, today: Sequence[Said], before: Sequence[Said], held: Sequence[Said], embed: Embed
) -> list[Finding]:
    """Against last week, tested, then against the set, shown: a set is often balanced on purpose.

    What there is too little of is left out; answers have no intents of their own.
    """
    if len(today) < LEAST:
        return []
    everything = [*today, *before, *held]
    intents = [one.intent for one in everything] if side == "input" else []
    ends = (len(today), len(today) + len(before))
    days = [one.day for one in before]
    found = []
    for measure, rows in rows_of([one.text for one in everything], intents, embed).items():
        now, week, cases = np.split(rows.values, ends)
        for against, other, found_one in _differences(now, week, cases, days):
            of = Compared(side, measure, against, len(now), len(other))
            found.append(finding(of, rows.names, other.mean(axis=0), found_one))
    return found


def _differences(
    now: Floats,
    week: Floats,
    cases: Floats,
    days: Sequence[int],
) -> Iterator[tuple[Against, Floats, Difference]]:
    if (by_days := from_days(now, week, days)) is not None:
        yield "last_week", week, by_days
    if (by_set := from_set(now, cases)) is not None:
        yield "eval_set", cases, by_set
