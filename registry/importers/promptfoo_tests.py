"""promptfoo's tests: in the config, and in YAML, JSON, JSONL and CSV files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from . import promptfoo_asserts
from .draft import AssertDraft, CaseDraft
from .notes import Notes, Place, Refusal
from .promptfoo_csv import rows_of
from .promptfoo_values import file_value, filled
from .source import Folder, Source
from .tree import Node, Tree, items, lines, read_tree

MAX_EXPANDED = 1000
MAX_CASES = 50_000
_KNOWN = frozenset(("vars", "assert", "description", "metadata", "options"))
_CODE_KEYS = frozenset(("assertScoringFunction", "transform", "postprocess", "transformVars"))


@dataclass(frozen=True)
class Defaults:
    """What `defaultTest` gives to every test."""

    values: dict[str, Any]
    asserts: tuple[AssertDraft, ...] = ()
    refused: Refusal | None = None
    keeps_lists: bool = False


class Reader(NamedTuple):
    """`inner`: inside of a file of tests, which names no further files of tests."""

    folder: Folder
    notes: Notes
    defaults: Defaults = Defaults({})
    inner: bool = False


def cases_of(tree: Tree, folder: Folder, notes: Notes) -> list[CaseDraft]:
    """The cases of a config, or of a file that is a list of tests."""
    if isinstance(tree.data, list):
        return list(_all([tree.root], Reader(folder, notes)))
    tests = tree.root.get("tests")
    if tests is None:
        notes.add("refused", tree.place(), "the config has no tests")
        return []
    return list(_all([tests], Reader(folder, notes, _defaults(tree.root.get("defaultTest"), folder, notes))))


def cases_in(source: Source, reader: Reader) -> Iterator[CaseDraft]:
    """The cases of one file, by its name. Raises Refusal when it cannot be read."""
    inner, suffix = reader._replace(inner=True), source.path.suffix.lower()
    if suffix == ".csv":
        yield from _of_rows(rows_of(source, reader.notes), reader)
    elif suffix in (".jsonl", ".ndjson"):
        yield from _all((tree.root for tree in lines(source)), inner)
    elif suffix == ".json" and source.text.lstrip().startswith("["):
        yield from _all((tree.root for tree in items(source)), inner)
    elif suffix in (".yaml", ".yml", ".json"):
        yield from _all([read_tree(source).root], inner)
    else:
        raise Refusal(source.start, f"tests in a file {suffix!r} have no counterpart")


def _of_rows(rows: Iterable[CaseDraft], reader: Reader) -> Iterator[CaseDraft]:
    for row in rows:
        try:
            yield from _expanded(row, reader)
        except Refusal as refusal:
            reader.notes.refuse(refusal, "row")


def _all(nodes: Iterable[Node], reader: Reader) -> Iterator[CaseDraft]:
    count = 0
    for node in (item for one in nodes for item in one.items()):
        try:
            for case in _one(node, reader):
                count += 1
                if count > MAX_CASES:
                    raise Refusal(node.place, f"there are more than {MAX_CASES} cases")
                yield case
        except Refusal as refusal:
            reader.notes.refuse(refusal, "test")
            if count > MAX_CASES:
                return


def _one(node: Node, reader: Reader) -> Iterator[CaseDraft]:
    path = node.value.get("path") if isinstance(node.value, dict) and "vars" not in node.value else node.value
    if isinstance(path, str):
        if reader.inner:
            raise Refusal(node.place, "a file of tests names another file")
        for file in _files(path, node.place, reader.folder):
            yield from cases_in(reader.folder.open(file, node.place), reader)
        return
    if not isinstance(node.value, dict) or not node.value.keys() & {"vars", "assert"}:
        raise Refusal(node.place, "a test is a mapping with vars and assert, or names a file")
    case = _written(node, reader.folder, reader.notes)
    yield from _expanded(case, reader, _option(node, "disableDefaultAsserts"), _option(node, "disableVarExpansion"))


def _files(path: str, place: Place, folder: Folder) -> list[Path]:
    if path.startswith("huggingface:"):
        raise Refusal(place, f"{path!r} is somewhere else: it was not asked", "network")
    return folder.matches(path, place)


def _written(node: Node, folder: Folder, notes: Notes) -> CaseDraft:
    """A test as it stands there, before defaults and lists of values. Raises Refusal when code stands in its way."""
    _note_keys(node, notes)
    values = _values(node.get("vars"), folder)
    metadata = node.value.get("metadata")
    known = dict(metadata) if isinstance(metadata, dict) else {}
    tags = known.pop("tags", ())
    case = CaseDraft(
        node.place, values, tuple(_asserts(node.get("assert"), folder, notes)), intent=_text(known.pop("intent", None)),
        cluster=_text(known.pop("cluster", None)), note=_text(node.value.get("description")),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
    )  # fmt: skip
    for key in known:
        notes.add("no counterpart", node.place, f"{key!r} of the metadata")
    return case


def _note_keys(node: Node, notes: Notes) -> None:
    options = node.get("options")
    for owner in (node, *([options] if options and isinstance(options.value, dict) else ())):
        for key in owner.value:
            if key in _CODE_KEYS:
                raise Refusal(owner.place, f"{key!r} is code between the answer and its judgement: not run", "code")
    quiet = {"disableVarExpansion", "disableDefaultAsserts"}
    inner = set(options.value) - quiet if options and isinstance(options.value, dict) else set()
    for key in sorted(set(node.value) - _KNOWN):
        notes.add("no counterpart", node.place, f"{key!r} of a test")
    for key in sorted(inner):
        notes.add("no counterpart", node.place, f"{key!r} of a test's options")


def _values(node: Node | None, folder: Folder) -> dict[str, Any]:
    """Raises Refusal."""
    if node is None:
        return {}
    if isinstance(node.value, str) or (isinstance(node.value, list) and node.value):
        merged: dict[str, Any] = {}
        for item in node.items():
            for path in folder.matches(str(item.value), node.place):
                merged |= _mapping(read_tree(folder.open(path, node.place)).data, node.place)
        return merged
    found = _mapping(node.value, node.place)
    return {name: file_value(value, node.tree.place(*node.path, name), folder) for name, value in found.items()}


def _mapping(value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(place, "`vars` is no mapping of names to values")
    return value


def _asserts(node: Node | None, folder: Folder, notes: Notes) -> Iterator[AssertDraft]:
    for item in node.items() if node else ():
        try:
            yield from promptfoo_asserts.of_node(item, folder, notes)
        except Refusal as refusal:
            notes.refuse(refusal, "assertion" if refusal.kind == "refused" else "")


def _defaults(node: Node | None, folder: Folder, notes: Notes) -> Defaults:
    if node is None:
        return Defaults({})
    try:
        if isinstance(node.value, str):
            node = read_tree(folder.read(node.value, node.place)).root
        if not isinstance(node.value, dict):
            raise Refusal(node.place, "`defaultTest` is no mapping")
        written = _written(node, folder, notes)
    except Refusal as refusal:
        notes.refuse(refusal, "defaultTest")
        return Defaults({}, refused=refusal)
    return Defaults(written.variables, written.asserts, keeps_lists=_option(node, "disableVarExpansion"))


def _option(node: Node, name: str) -> bool:
    options = node.get("options")
    return options is not None and isinstance(options.value, dict) and bool(options.value.get(name))


def _expanded(case: CaseDraft, reader: Reader, bare: bool = False, keep: bool = False) -> Iterator[CaseDraft]:
    """One case for each combination of the values that are lists; they are not independent. Raises Refusal.

    `bare`: without the default assertions; `keep`: a list is one value."""
    defaults = reader.defaults
    if defaults.refused:
        raise Refusal(case.place, f"its defaultTest is refused ({defaults.refused.place})")
    values = defaults.values | case.variables
    keep = keep or defaults.keeps_lists
    lists = {name: value for name, value in values.items() if isinstance(value, list) and not keep}
    if not 0 < prod(len(value) for value in lists.values()) <= MAX_EXPANDED:
        raise Refusal(case.place, f"its lists of values make no cases, or more than {MAX_EXPANDED}")
    asserts = [*(() if bare else defaults.asserts), *case.asserts]
    for combination in product(*lists.values()):
        chosen = values | dict(zip(lists, combination, strict=True))
        yield _filled(case, filled(chosen, chosen, case.place), asserts, reader.notes, bool(lists))


def _filled(
    case: CaseDraft, values: dict[str, Any], asserts: list[AssertDraft], notes: Notes, one_of_many: bool
) -> CaseDraft:
    about, names = promptfoo_asserts.about(asserts, values, notes)
    return CaseDraft(
        case.place, values, tuple(about), {name: values[name] for name in names}, case.id, case.cluster, case.intent,
        case.tags, case.note, case.place if one_of_many else None,
    )  # fmt: skip


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
