"""Cases from a file, whichever tool wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .draft import CaseDraft, ImportedCases
from .langfuse import is_langfuse, read_items
from .notes import Notes, Refusal
from .plain_csv import read_plain
from .promptfoo_config import note_keys
from .promptfoo_csv import is_promptfoo
from .promptfoo_prompts import read_prompts
from .promptfoo_tests import Reader, cases_in, cases_of
from .source import CODE, Folder, Source, read, suffix_of
from .spreadsheet import rows
from .tree import Tree, items, lines, read_tree


def read_cases(path: Path, expected: str | None = None, reads: frozenset[str] | None = None) -> ImportedCases:
    """`expected` names the column of a plain CSV; `reads` are the variables of the prompt, None when not known."""
    notes = Notes()
    try:
        source = read(path)
        if suffix_of(path.name) in CODE:
            raise Refusal(source.start, "tests that are code were not run: write them as YAML, JSON or CSV", "code")
        suffix = path.suffix.lower()
        if suffix in (".csv", ".tsv"):
            return ImportedCases(tuple(_of_csv(source, notes, expected, reads)), notes.all, reads)
        if suffix in (".jsonl", ".ndjson"):
            return ImportedCases(tuple(_of_lines(source, notes)), notes.all, reads)
        if suffix in (".json", ".yaml", ".yml"):
            return _of_data(source, notes, reads)
        raise Refusal(source.start, f"a file {suffix!r}: expected .yaml, .json, .jsonl or .csv")
    except Refusal as refusal:
        notes.refuse(refusal, "file")
        return ImportedCases((), notes.all, reads)


def _of_csv(source: Source, notes: Notes, expected: str | None, reads: frozenset[str] | None) -> Iterator[CaseDraft]:
    first = next(rows(source, Notes()), None)
    if first is None:
        raise Refusal(source.start, "it has no rows")
    if is_promptfoo(list(first.cells)):
        return cases_in(source._replace(path=source.path.with_suffix(".csv")), Reader(Folder(source.path), notes))
    return read_plain(source, notes, expected, reads)


def _of_lines(source: Source, notes: Notes) -> Iterator[CaseDraft]:
    first = next(lines(source), None)
    if first is None:
        raise Refusal(source.start, "it has no lines")
    reader = Reader(Folder(source.path), notes)
    return read_items(source, notes) if is_langfuse(first.data) else cases_in(source, reader)


def _of_data(source: Source, notes: Notes, reads: frozenset[str] | None) -> ImportedCases:
    folder = Folder(source.path)
    if source.path.suffix.lower() == ".json" and source.text.lstrip().startswith("["):
        first = next(items(source), None)
        found = (
            read_items(source, notes) if first and is_langfuse(first.data) else cases_in(source, Reader(folder, notes))
        )
        return ImportedCases(tuple(found), notes.all, reads)
    tree = read_tree(source)
    if isinstance(tree.data, dict) and isinstance(tree.data.get("data") or tree.data.get("items"), list):
        return ImportedCases(tuple(read_items(source, notes)), notes.all, reads)
    if not isinstance(tree.data, dict | list):
        raise Refusal(source.start, "neither a promptfoo config, nor a list of tests, nor a dataset")
    return _of_config(tree, folder, notes, reads)


def _of_config(tree: Tree, folder: Folder, notes: Notes, reads: frozenset[str] | None) -> ImportedCases:
    described = None
    if isinstance(tree.data, dict):
        note_keys(tree, notes)
        described = tree.data.get("description")
        if reads is None and tree.data.get("prompts"):
            reads = _reads(tree, folder)
    cases = tuple(cases_of(tree, folder, notes))
    return ImportedCases(cases, notes.all, reads, described if isinstance(described, str) else None)


def _reads(tree: Tree, folder: Folder) -> frozenset[str] | None:
    """The variables of the config's prompts, None when one of them cannot be read."""
    notes = Notes()
    drafts = read_prompts(tree, folder, notes)
    refused = any(note.kind == "refused" for note in notes.all)
    return None if refused else frozenset(name for draft in drafts for name in draft.variables)
