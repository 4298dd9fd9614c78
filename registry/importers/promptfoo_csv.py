"""promptfoo's tests in CSV: columns are variables, but those that begin with two underscores."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .draft import AssertDraft, CaseDraft
from .notes import Notes, Place, Refusal
from .promptfoo_asserts import of_cell
from .source import Source
from .spreadsheet import Row, rows


def is_promptfoo(columns: list[str]) -> bool:
    return any(column.startswith("__expected") for column in columns)


def rows_of(source: Source, notes: Notes) -> Iterator[CaseDraft]:
    """Raises Refusal when the file is no CSV."""
    for row in rows(source, notes):
        yield _case(row, notes)


def _case(row: Row, notes: Notes) -> CaseDraft:
    cells = row.cells
    asserts = [one for name in cells if re.fullmatch(r"__expected\d*", name) for one in _expected(row, name, notes)]
    metric = cells.get("__metric", "").strip()
    for draft in asserts if metric else ():
        draft.fields["metric"] = metric
    known = {"__description", "__metric", "__metadata:intent", "__metadata:cluster", "__metadata:tags"}
    for name in cells:
        if name.startswith("__") and not re.fullmatch(r"__expected\d*", name) and name not in known and cells[name]:
            notes.add("no counterpart", row.place, f"the column {name!r}")
    return CaseDraft(
        row.place,
        {name: value for name, value in cells.items() if not name.startswith("__")},
        tuple(asserts),
        intent=_cell(row, "__metadata:intent"),
        cluster=_cell(row, "__metadata:cluster"),
        tags=tuple(tag.strip() for tag in cells.get("__metadata:tags", "").split(",") if tag.strip()),
        note=_cell(row, "__description"),
    )


def _cell(row: Row, name: str) -> str | None:
    return row.cells.get(name, "").strip() or None


def _expected(row: Row, name: str, notes: Notes) -> list[AssertDraft]:
    text, place = row.cells[name].strip(), Place(*row.place)
    try:
        return [of_cell(text, place)] if text else []
    except Refusal as refusal:
        notes.refuse(refusal)
        return []
