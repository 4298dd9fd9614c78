"""YAML and JSON as values with the lines they stand on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..yaml_document import Document
from .notes import Place, Refusal
from .source import Source

MAX_YAML = 2**20
MAX_VALUES = 400_000
MAX_DEPTH = 60
_SPACE = re.compile(r"[ \t\n\r]*")


class Tree:
    """`data` is JSON; the place of what has none of its own is that of the thing around it."""

    def __init__(self, source: Source, data: Any, places: Document | None, first: int = 1) -> None:
        self.source = source
        self.data = data
        self._places = places
        self._first = first

    def place(self, *path: str | int) -> Place:
        return Place(self.source.name, self._line(path, of_key=True))

    def text_place(self, *path: str | int) -> Place:
        """Where the first line of a text stands: for a block, below its `|`."""
        line = self._line(path, of_key=False)
        lines = self.source.text.split("\n")
        shown = lines[line - 1] if line <= len(lines) else ""
        return Place(self.source.name, line + bool(self._places and re.search(r"(^|\s)[|>][-+0-9]*\s*$", shown)))

    @property
    def root(self) -> Node:
        return Node(self, (), self.data)

    def _line(self, path: tuple[str | int, ...], *, of_key: bool) -> int:
        return self._places.place(path, of_key=of_key)[0] if self._places else self._first


class Node(NamedTuple):
    """A value inside a tree."""

    tree: Tree
    path: tuple[str | int, ...]
    value: Any

    @property
    def place(self) -> Place:
        return self.tree.place(*self.path)

    def get(self, key: str) -> Node | None:
        """The value of a key, None when this is no mapping, or has it not, or as null."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return None if value is None else Node(self.tree, (*self.path, key), value)

    def items(self) -> list[Node]:
        """Of a list; what is no list is the only item."""
        if not isinstance(self.value, list):
            return [self]
        return [Node(self.tree, (*self.path, index), value) for index, value in enumerate(self.value)]


def read_tree(source: Source) -> Tree:
    """By the file's name: JSON, else YAML. Raises Refusal."""
    return json_tree(source) if source.path.suffix.lower() == ".json" else yaml_tree(source)


def yaml_tree(source: Source) -> Tree:
    if len(source.text) > MAX_YAML:
        raise Refusal(source.start, f"YAML of more than {MAX_YAML} characters: split it, or save it as JSON")
    document = Document(source.text)
    if document.problems:
        first = document.problems[0]
        more = f" (and {len(document.problems) - 1} more such places)" if len(document.problems) > 1 else ""
        why = f"{first.found}; expected {first.expected}; {first.fix}{more}"
        raise Refusal(Place(source.name, first.line), why)
    return Tree(source, document.data, document)


def json_tree(source: Source) -> Tree:
    data = parse_json(source.text, source.start)
    # JSON is YAML but for tabs, which may only stand between its values.
    places = Document(source.text.replace("\t", " ")) if len(source.text) <= MAX_YAML else None
    return Tree(source, data, places if places and not places.problems else None)


def items(source: Source) -> Iterator[Tree]:
    """The items of a JSON array, each with the line it starts on, for files too large to know every place."""
    parse_json(source.text, source.start)
    decoder, text, line, counted = json.JSONDecoder(), source.text, 1, 0
    offset = _skip(text, _skip(text, 0) + 1)
    while text[offset] != "]":
        line, counted = line + text.count("\n", counted, offset), offset
        value, offset = decoder.raw_decode(text, offset)
        yield Tree(source, value, None, line)
        offset = _skip(text, offset)
        offset = _skip(text, offset + 1) if text[offset] == "," else offset


def lines(source: Source) -> Iterator[Tree]:
    """The values of a JSONL file, blank lines apart. Raises Refusal at the first that is none."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        if line.strip():
            yield Tree(source, parse_json(line, Place(source.name, number)), None, number)


def parse_json(text: str, at: Place) -> Any:
    """Strict JSON: keys once, numbers finite, bounded depth. Raises Refusal."""
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Refusal(at.down(error.lineno - 1), f"this is no JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise Refusal(at, f"this is no JSON: {error}") from None
    if not bounded(value):
        raise Refusal(at, f"it holds more than {MAX_VALUES} values, or is nested deeper than {MAX_DEPTH}")
    return value


def bounded(value: Any) -> bool:
    left, todo = MAX_VALUES, [(value, 0)]
    while todo:
        one, depth = todo.pop()
        left -= 1
        if left < 0 or depth > MAX_DEPTH:
            return False
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        todo += [(item, depth + 1) for item in inner]
    return True


def _skip(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return found.end() if found else offset


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"keys given twice: {', '.join(sorted({name for name in names if names.count(name) > 1}))}")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
