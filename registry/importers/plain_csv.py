"""A CSV of questions and what is expected: every other column is a variable."""

from __future__ import annotations

from collections.abc import Iterator

from .draft import AssertDraft, CaseDraft
from .notes import Notes, Place, Refusal
from .source import Source
from .spreadsheet import Row, rows

_EXPECTED = ("expected", "expected_output", "expectedOutput", "ideal", "ground_truth", "reference", "label", "answer")
_FIELDS = ("id", "cluster", "intent", "tags", "note")


def read_plain(source: Source, notes: Notes, expected: str | None, reads: frozenset[str] | None) -> Iterator[CaseDraft]:
    """`expected` names the column, None finds it; `expected.order_id` is what the answer's `order_id` has to be.

    `reads` are the variables of the prompt: a column `id` may be one. Raises Refusal."""
    for row in rows(source, notes):
        inner = [name for name in row.cells if name.startswith("expected.") and name != "expected."]
        whole = expected or next((name for name in _EXPECTED if name in row.cells), None)
        if (whole is None and not inner) or (expected and expected not in row.cells):
            columns = ", ".join(row.cells)
            raise Refusal(Place(source.name, 1), f"no column says what is expected ({columns}): name it: --expected")
        yield _case(row, whole, inner, notes, reads or frozenset())


def _case(row: Row, whole: str | None, inner: list[str], notes: Notes, reads: frozenset[str]) -> CaseDraft:
    fields = [name for name in _FIELDS if name in row.cells and name not in reads]
    if fields:
        notes.add("changed", Place(row.place.file, 1), f"of the case itself, no variables: {', '.join(fields)}")
    asserts, expected = _asserts(row, whole, inner)
    if not asserts:
        notes.add("refused", row.place, "row: nothing is expected of it")
    told = {name: row.cells[name].strip() or None for name in fields}
    return CaseDraft(
        row.place,
        {name: value for name, value in row.cells.items() if name not in {*fields, *inner, whole}},
        asserts,
        expected,
        id=told.get("id"),
        cluster=told.get("cluster"),
        intent=told.get("intent"),
        tags=tuple(tag.strip() for tag in (told.get("tags") or "").split(",") if tag.strip()),
        note=told.get("note"),
    )


def _asserts(row: Row, whole: str | None, inner: list[str]) -> tuple[tuple[AssertDraft, ...], dict[str, str]]:
    asserts, expected = [], {}
    for name in inner:
        path = name.removeprefix("expected.")
        expected[path] = row.cells[name]
        asserts.append(AssertDraft(row.place, "equals", {"expected": path, "path": path}))
    if whole and row.cells[whole].strip():
        expected["output"] = row.cells[whole].strip()
        asserts.append(AssertDraft(row.place, "equals", {"expected": "output"}))
    return tuple(asserts), expected
