"""A forest plot: a table whose rows carry an interval as a line of SVG, placed in percent so that text stays text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .axis import Tick, over


class Row(NamedTuple):
    """One estimate, its numbers None where nothing was seen. `limit` is this row's own margin, `found` what stands
    against it, `total` the row over all."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    found: str = ""
    total: bool = False
    limit: float | None = None
    note: str = ""


class Line(NamedTuple):
    """A row with its places in percent."""

    row: Row
    start: float | None
    at: float | None
    end: float | None
    limit: float | None
    text: str
    span: str


@dataclass(frozen=True)
class Forest:
    """`zero` and `margin` are places in percent; `left` and `right` say what the directions mean."""

    caption: str
    first_column: str
    unit: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    zero: float
    zero_text: str
    margin: float | None
    margin_text: str
    left: str
    right: str


def points(value: float) -> str:
    """0.0314 is +3.1."""
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "\u2212")


def plot(
    caption: str,
    rows: Sequence[Row],
    *,
    first_column: str,
    unit: str = "points",
    form: Callable[[float], str] = points,
    zero: float = 0.0,
    zero_text: str = "no difference",
    margin: float | None = None,
    margin_text: str = "",
    directions: tuple[str, str] = ("worse", "better"),
) -> Forest | None:
    """None without rows."""
    if not rows:
        return None
    limits = [margin, *(row.limit for row in rows)]
    axis = over([zero, *limits, *(edge for row in rows for edge in (row.low, row.value, row.high))])

    def line(row: Row) -> Line:
        seen = row.low, row.value, row.high
        start, at, end, limit = (None if one is None else axis.at(one) for one in (*seen, row.limit))
        low, value, high = ("-" if one is None else form(one) for one in seen)
        return Line(row, start, at, end, limit, value, f"{low} to {high}")

    return Forest(
        caption=caption,
        first_column=first_column,
        unit=unit,
        lines=tuple(map(line, rows)),
        ticks=tuple(axis.ticks(lambda value: form(value).removesuffix(".0") if value else "0")),
        zero=axis.at(zero),
        zero_text=zero_text,
        margin=None if margin is None else axis.at(margin),
        margin_text=margin_text,
        left=directions[0],
        right=directions[1],
    )


def row(label: str, estimate: dict[str, Any], **more: Any) -> Row:
    """A row from evidence of a stage."""
    return Row(label, *(estimate[name] for name in ("value", "low", "high", "n")), **more)
