"""CSV: rows by the names of their columns, with the lines they start on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from .notes import Notes, Place, Refusal
from .source import Source

MAX_CELL = 2**20
MAX_COLUMNS = 500


class Row(NamedTuple):
    place: Place
    cells: dict[str, str]


def rows(source: Source, notes: Notes) -> Iterator[Row]:
    """Raises Refusal for a heading that names a column twice or not at all, and for a row of another length."""
    separator = _separator(source)
    if separator != ",":
        notes.add("changed", source.start, f"its columns are separated by {separator!r}")
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=separator, strict=True)
    heading: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            place, line = Place(source.name, line), reader.line_num + 1
            if heading is None:
                heading = _heading(cells, place)
            elif any(cell.strip() for cell in cells):
                yield Row(place, _row(cells, heading, place))
    except csv.Error as error:
        raise Refusal(Place(source.name, line), f"this is no CSV: {error}") from None


def _separator(source: Source) -> str:
    """The one that the first line has most of."""
    first = source.text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _heading(cells: list[str], place: Place) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not all(names):
        raise Refusal(place, f"the column {twice[0]!r} is there twice" if any(twice) else "a column has no name")
    if len(names) > MAX_COLUMNS:
        raise Refusal(place, f"{len(names)} columns, at most {MAX_COLUMNS}")
    return names


def _row(cells: list[str], heading: list[str], place: Place) -> dict[str, str]:
    if len(cells) != len(heading):
        raise Refusal(place, f"{len(cells)} cells in a row, {len(heading)} in the heading: a quote may be missing")
    return dict(zip(heading, cells, strict=True))
