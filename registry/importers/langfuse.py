"""Langfuse's dataset exports: items with an input and an expected output, as JSON or JSONL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .draft import AssertDraft, CaseDraft
from .notes import Notes, Place, Refusal
from .source import Source
from .tree import Node, Tree, items, json_tree, lines

_KNOWN = frozenset((
    "id", "input", "expectedOutput", "expected_output", "metadata", "status", "datasetId", "dataset_id", "datasetName",
    "dataset_name", "createdAt", "created_at", "updatedAt", "updated_at", "projectId", "project_id", "validFrom",
    "valid_from",
))  # fmt: skip


def is_langfuse(item: Any) -> bool:
    return isinstance(item, dict) and "input" in item and "vars" not in item


def read_items(source: Source, notes: Notes) -> Iterator[CaseDraft]:
    """Raises Refusal when the file cannot be read; items that are no cases are refused in the notes."""
    for node in _nodes(source):
        try:
            yield from _case(node, notes)
        except Refusal as refusal:
            notes.refuse(refusal, "item")


def _nodes(source: Source) -> Iterable[Node]:
    if source.path.suffix.lower() in (".jsonl", ".ndjson"):
        return (tree.root for tree in lines(source))
    if source.text.lstrip().startswith("["):
        return (tree.root for tree in items(source))
    return _inside(json_tree(source))


def _inside(tree: Tree) -> list[Node]:
    """An answer of the API holds its items under `data`, a file of the export under `items`."""
    for key in ("data", "items"):
        inner = tree.root.get(key)
        if inner:
            return inner.items()
    raise Refusal(tree.place(), "an export is a list of items, or has one under `items` or `data`")


def _case(node: Node, notes: Notes) -> Iterator[CaseDraft]:
    item = node.value
    if not is_langfuse(item):
        raise Refusal(node.place, "it has no `input`")
    if item.get("status") == "ARCHIVED":
        notes.add("no counterpart", node.place, "an archived item was left out")
        return
    for key in sorted(item.keys() - _KNOWN):
        notes.add("no counterpart", node.place, f"{key!r} of an item")
    metadata = item.get("metadata") if isinstance(item.get("metadata"), dict) else {}
    for key in sorted(metadata.keys() - {"intent", "cluster", "tags"}):
        notes.add("no counterpart", node.place, f"{key!r} of the metadata")
    yield _drafted(node.place, item, metadata, notes)


def _drafted(place: Place, item: dict[str, Any], metadata: dict[str, Any], notes: Notes) -> CaseDraft:
    expected = item.get("expectedOutput", item.get("expected_output"))
    if expected is None:
        raise Refusal(place, "it has no expected output, and nothing else says what is right")
    notes.add("assumed", place, "the answer has to equal the expected output")
    tags = metadata.get("tags")
    return CaseDraft(
        place,
        _variables(item["input"], place),
        (AssertDraft(place, "equals", {"expected": "output"}),),
        {"output": expected},
        id=str(item["id"]) if item.get("id") else None,
        cluster=_text(metadata.get("cluster")),
        intent=_text(metadata.get("intent")),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
    )


def _variables(value: Any, place: Place) -> dict[str, Any]:
    """A mapping is the variables; one text is the variable `input`. Raises Refusal for a list of messages."""
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        return {"input": value}
    raise Refusal(place, f"its input is a {type(value).__name__}, neither a text nor a mapping of variables")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
