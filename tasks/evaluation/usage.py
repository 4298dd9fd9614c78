"""How worn the gate split of an eval set is: how often it was looked at, how old it is, what of it is new. Pure.

PS-S011 warning  this version was looked at so often that its best candidate looks better than it is
PS-S012 note     the gate split is old and hardly rotated
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from .evalset import Library
from .remark import Remark

MANY_LOOKS = 20
"""The best of 20 variants that are 2 points worse passes in 61 % instead of 42 % (docs/methods/gate.md)."""
QUARTER_DAYS = 91
ROTATED = 0.2


class Usage(NamedTuple):
    """`looks`: candidates that were tested on this version of the set; `first` is the day of the first, or None."""

    looks: int
    first: date | None


class Wear(NamedTuple):
    """Of the gate split. `age_days`: since its first look or its oldest case, None when neither is known; `fresh`: the
    share of its cases that were added in the last 91 days, None when no case says when it was added."""

    looks: int
    age_days: int | None
    fresh: float | None


def wear(library: Library, usage: Usage, today: date) -> Wear:
    gate = [case for case in library.cases if case.split == "gate"]
    added = [case.added for case in gate if case.added is not None]
    known = [day for day in (usage.first, *added) if day is not None]
    new = sum((today - day).days <= QUARTER_DAYS for day in added)
    return Wear(usage.looks, (today - min(known)).days if known else None, new / len(gate) if added else None)


def remarks(found: Wear) -> Iterator[Remark]:
    if found.looks >= MANY_LOOKS:
        what = f"{found.looks} candidates were tested on this version: the best of them looks better than it is"
        yield Remark("PS-S011", "warning", f"{what}; rotate cases")
    if found.age_days is not None and found.age_days > QUARTER_DAYS and (found.fresh or 0.0) < ROTATED:
        new = "none says when it was added" if found.fresh is None else f"{found.fresh:.0%} are new"
        what = f"the gate split is {found.age_days} days old, of its cases {new}: replace about {ROTATED:.0%} a quarter"
        yield Remark("PS-S012", "note", what)
