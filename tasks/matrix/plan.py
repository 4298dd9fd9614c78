"""Tonight's plan: which cells are looked at, how closely, and what is left out. Pure.

The cut by tier is that of `docs/drift.md`. What it asks for comes first; what is left of the budget goes to the other
cells, the one that was never judged or was judged longest ago first, ties by a hash of cell and night. Two runs of one
night have one plan. Weekly looks are spread over the nights of a week by a hash of the cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from tasks.gate.look import MIN_CASES
from tasks.gate.must_pass import RUNS

from .cell import Cell, Left

What = Literal["fingerprint", "text", "drawn", "smoke", "eval"]
FINGERPRINT_CALLS = 118
"""Five contract probes, three of capabilities, a hundred words and ten log-probabilities for each endpoint."""
TEXT_CALLS = 48
ALARMED_TEXT_CALLS = 96
SMOKE_CALLS = 8
NIGHT_CALLS = 2000
"""Calls a night where nobody says otherwise; one-token calls are not among them."""
STANDS = timedelta(days=28)
"""How long a judged cell counts as judged."""
MOST_CASES = {"A": 400, "B": 120, "C": 120}
"""80 % power of non-inferiority needs about 390 answers an arm at margin .05, about 100 at .10."""


class Budget(NamedTuple):
    """Of one night; None is no limit."""

    calls: int | None = NIGHT_CALLS
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One look. `target` is a cell, or the name of a model for a fingerprint; `cases` are eval cases, each asked on
    both models but for a primary cell; must-pass cases are asked RUNS times. `usd` None: no price. `drawn` is what the
    sentinel asked for tonight beyond its plan: second draws, and answers doubled after an alarm."""

    what: What
    target: str
    calls: int
    usd: float | None
    why: str
    cell: Cell | None = None
    cases: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    target: str
    what: What
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`calls` are full calls; `short_calls` are those of one token."""

    night: date
    rows: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    budget: Budget

    @property
    def calls(self) -> int:
        return sum(row.calls for row in self.rows if row.what != "fingerprint")

    @property
    def short_calls(self) -> int:
        return sum(row.calls for row in self.rows if row.what == "fingerprint")

    @property
    def usd(self) -> float:
        """Of the looks whose price is known."""
        return sum(row.usd or 0.0 for row in self.rows)

    @property
    def unpriced(self) -> int:
        return sum(row.calls for row in self.rows if row.usd is None)

    @property
    def for_looks(self) -> Budget:
        """What smokes and evals may spend: the night's budget without what the sentinel asks."""
        asked = self.of("text", "drawn")
        calls, usd = sum(row.calls for row in asked), sum(row.usd or 0.0 for row in asked)
        return Budget(
            None if self.budget.calls is None else max(self.budget.calls - calls, 0),
            None if self.budget.usd is None else max(self.budget.usd - usd, 0.0),
        )

    def of(self, *what: What) -> list[Planned]:
        return [row for row in self.rows if row.what in what]


def plan(
    cells: Sequence[Cell],
    budget: Budget,
    night: date,
    *,
    alarmed: frozenset[str] = frozenset(),
    left: Sequence[Left] = (),
    drawn: Mapping[str, int] | None = None,
    now: datetime,
) -> Plan:
    """`alarmed` are the models whose fingerprint changed: their A and B cells are asked twice as often tonight; `left`
    are those that prompts were lately moved away from; `drawn` are the answers that the sentinel has asked for tonight,
    by cell: one budget pays for them and for what is planned."""
    made = _Night(budget, night, now)
    asked = list(_by_tier(cells, night, alarmed))
    for row in _beyond(cells, asked, drawn or {}):
        made.spend(row)
    for wanted in (*_fingerprints(cells, left), *asked):
        made.take(wanted)
    for cell in _the_rest(cells, night, now):
        made.take_eval(cell)
    return Plan(night, tuple(made.rows), tuple(made.left_out), budget)


class _Night:
    """What is planned so far, and what is left to spend."""

    def __init__(self, budget: Budget, night: date, now: datetime) -> None:
        self.budget, self.night, self.now = budget, night, now
        self.rows: list[Planned] = []
        self.left_out: list[LeftOut] = []
        self._calls, self._usd = 0, 0.0

    def take(self, wanted: Planned | LeftOut) -> None:
        """Fingerprints, which are of one token, are not counted."""
        if isinstance(wanted, LeftOut):
            self.left_out.append(wanted)
        elif wanted.what == "fingerprint":
            self.rows.append(wanted)
        elif why := self._over(wanted):
            self.left_out.append(LeftOut(wanted.target, wanted.what, why))
        else:
            self.spend(wanted)

    def spend(self, row: Planned) -> None:
        self.rows.append(row)
        self._calls += row.calls
        self._usd += row.usd or 0.0

    def take_eval(self, cell: Cell) -> None:
        """As many cases as the tier wants, else as many as the budget has, if those can pass a cell at all."""
        if why := _never(cell):
            self.left_out.append(LeftOut(cell.name, "eval", why))
            return
        most, least = min(cell.cases or 0, MOST_CASES[cell.tier]), min(cell.cases or 0, MIN_CASES[cell.risk])
        arms = 1 if cell.role == "primary" else 2
        again = (RUNS - 1) * cell.must_pass
        left = None if self.budget.calls is None else self.budget.calls - self._calls - again
        affordable = most if left is None else min(most, left // arms)
        self.take(_eval(cell, max(affordable, least), arms))

    def _over(self, wanted: Planned) -> str | None:
        if self.budget.calls is not None and self._calls + wanted.calls > self.budget.calls:
            return f"{wanted.calls} calls, and {max(self.budget.calls - self._calls, 0)} are left tonight"
        if self.budget.usd is not None and self._usd + (wanted.usd or 0.0) > self.budget.usd:
            return f"{wanted.usd or 0.0:.2f} USD, and {self.budget.usd - self._usd:.2f} are left tonight"
        return None


def _fingerprints(cells: Iterable[Cell], left: Iterable[Left]) -> Iterator[Planned | LeftOut]:
    in_use = {cell.model for cell in cells if cell.role != "other" and cell.obstacle is None}
    for model in sorted(in_use):
        yield Planned("fingerprint", model, FINGERPRINT_CALLS, 0.0, "every endpoint in use, every night")
    for gone in (one for one in left if one.model not in in_use):
        why = f"left on {gone.on}, and a rollback goes back to it"
        if gone.obstacle is not None:
            yield LeftOut(gone.model, "fingerprint", f"{why}; {gone.obstacle}")
        else:
            yield Planned("fingerprint", gone.model, FINGERPRINT_CALLS, 0.0, why)


def _beyond(cells: Iterable[Cell], asked: Iterable[Planned | LeftOut], drawn: Mapping[str, int]) -> Iterator[Planned]:
    """What was drawn of a cell tonight, less what its text row stands for."""
    planned = {row.target: row.calls for row in asked if isinstance(row, Planned) and row.what == "text"}
    for cell in cells:
        more = drawn.get(cell.name, 0) - planned.get(cell.name, 0)
        if more > 0:
            why = "asked by the sentinel beyond its plan"
            yield Planned("drawn", cell.name, more, _times(cell.usd, more), why, cell)


def _by_tier(cells: Iterable[Cell], night: date, alarmed: frozenset[str]) -> Iterator[Planned | LeftOut]:
    """What the cut asks for, the highest tier first."""
    for cell in sorted(cells, key=lambda one: (one.tier, one.role != "primary", one.name)):
        wanted = _wanted(cell, night, alarmed)
        if wanted is None:
            continue
        if cell.obstacle is not None or cell.cases is None:
            yield LeftOut(cell.name, wanted.what, cell.obstacle or "it has no eval set")
        else:
            yield wanted


def _wanted(cell: Cell, night: date, alarmed: frozenset[str]) -> Planned | None:
    if cell.role == "primary" and cell.tier != "C":
        return _text(cell, night, alarmed)
    nightly = cell.tier == "A" and cell.role == "fallback"
    weekly = cell.role == "primary" or (cell.role, cell.tier) in (("fallback", "B"), ("other", "A"))
    first = cell.role == "fallback" and cell.smoked is None
    if nightly or first or (weekly and _tonight(cell, night)):
        why = "every night" if nightly else "before it can be relied on" if first else "once a week, tonight"
        return Planned("smoke", cell.name, SMOKE_CALLS, _times(cell.usd, SMOKE_CALLS), f"{_place(cell)}: {why}", cell)
    return None


def _text(cell: Cell, night: date, alarmed: frozenset[str]) -> Planned | None:
    if cell.model in alarmed:
        calls, why = ALARMED_TEXT_CALLS, "the fingerprint of its model changed"
    elif cell.tier == "A" or _tonight(cell, night):
        calls, why = TEXT_CALLS, "every night" if cell.tier == "A" else "once a week, tonight"
    else:
        return None
    return Planned("text", cell.name, calls, _times(cell.usd, calls), f"{_place(cell)}: {why}", cell)


def _eval(cell: Cell, cases: int, arms: int) -> Planned:
    usd = cell.usd if arms == 1 else _plus(cell.usd, cell.primary_usd)
    since = "never judged" if cell.judged is None else f"judged on {cell.judged:%Y-%m-%d}"
    why = f"{_place(cell)}: {since}, from what is left"
    again = (RUNS - 1) * min(cell.must_pass, cases)
    paid = _plus(_times(usd, cases), _times(cell.usd, again))
    return Planned("eval", cell.name, cases * arms + again, paid, why, cell, cases)


def _the_rest(cells: Iterable[Cell], night: date, now: datetime) -> list[Cell]:
    """Cells whose judgement is missing or old, in the order in which the rest of the budget is given out."""
    never = datetime.min.replace(tzinfo=UTC)
    due = [cell for cell in cells if cell.judged is None or now - cell.judged > STANDS]
    return sorted(due, key=lambda cell: (cell.judged or never, _role(cell), _hash(f"{night} {cell.name}")))


def _role(cell: Cell) -> int:
    """A primary cell first, it says what the others are held against; then what production may fall back to."""
    return ("primary", "fallback", "other").index(cell.role)


def _never(cell: Cell) -> str | None:
    return cell.obstacle or ("it has no eval set" if not cell.cases else None)


def _place(cell: Cell) -> str:
    return f"tier {cell.tier}, {cell.role}"


def _tonight(cell: Cell, night: date) -> bool:
    return _hash(cell.name) % 7 == night.toordinal() % 7


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def _times(usd: float | None, calls: int) -> float | None:
    return None if usd is None else usd * calls


def _plus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
