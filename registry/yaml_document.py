"""YAML read as JSON values, with the place of each.

The scalars are those of YAML 1.2's core schema, as editors with the schema see them: `no` is text and not false, `1e-3`
is a number, a date is text. Tags, merge keys, duplicate keys and what JSON cannot say are refused. Aliases are bounded,
because nine lines of them can stand for a gigabyte.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import yaml

from .problem import Problem
from .yaml_nodes import PREFIX, compose

MAX_NODES = 200_000
_LARGEST_INTEGER = 2**53 - 1
Path = tuple[str | int, ...]


class Document:
    """`data` is made of JSON values; `problems` is what the text itself gets wrong."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.data: Any = None
        self._places: dict[Path, tuple[yaml.Mark, yaml.Mark]] = {}
        self._nodes = 0
        root = self._compose(text)
        if root is not None:
            self.data = self._value(root, (), ())
            self._places.setdefault((), (root.start_mark, root.start_mark))

    def where(self) -> set[str]:
        """The dotted paths of all that stands in the text."""
        return {dotted(path) for path in self._places}

    def place(self, path: Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value (or its key) at `path`, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            marks = self._places.get(tuple(path[:length]))
            if marks:
                mark = marks[0] if of_key and length == len(path) else marks[1]
                return mark.line + 1, mark.column + 1
        return 1, 1

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            return compose(text)
        except yaml.YAMLError as error:
            self.problems.append(_syntax(error))
        except RecursionError:
            self.problems.append(Problem(1, 1, "", "the nesting is too deep", "a hundred levels at most", "flatten it"))
        return None

    def _complain(self, node: yaml.Node, path: Path, found: str, expected: str, fix: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(mark.line + 1, mark.column + 1, dotted(path), found, expected, fix))

    def _value(self, node: yaml.Node, path: Path, parents: tuple[int, ...]) -> Any:
        self._nodes += 1
        if id(node) in parents or self._nodes > MAX_NODES:
            if self._nodes <= MAX_NODES + 1:
                self._complain(node, path, "its aliases do not end", f"at most {MAX_NODES} values", "write them out")
                self._nodes = MAX_NODES + 1
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, (*parents, id(node)))
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, path, (*parents, id(node)))
        return self._scalar(node, path)

    def _sequence(self, node: yaml.SequenceNode, path: Path, parents: tuple[int, ...]) -> list[Any]:
        self._refuse_tag(node, path, "seq")
        for index, item in enumerate(node.value):
            self._places[(*path, index)] = (item.start_mark, item.start_mark)
        return [self._value(item, (*path, index), parents) for index, item in enumerate(node.value)]

    def _mapping(self, node: yaml.MappingNode, path: Path, parents: tuple[int, ...]) -> dict[str, Any]:
        self._refuse_tag(node, path, "map")
        result: dict[str, Any] = {}
        for key_node, item in node.value:
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in result:
                first = self.place((*path, key), of_key=True)[0]
                found = f"the key {key!r} stands here twice, first on line {first}"
                self._complain(key_node, (*path, key), found, "each key once", "remove one of them")
                continue
            self._places[(*path, key)] = (key_node.start_mark, item.start_mark)
            result[key] = self._value(item, (*path, key), parents)
        return result

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._complain(node, path, "a key that is a list or a mapping", "text", "put a value with {{ }} in quotes")
            return None
        if node.value == "<<" and not node.style:
            self._complain(node, path, "the merge key '<<'", "keys written out", "write the keys here")
            return None
        return str(node.value)

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        kind, text = node.tag.removeprefix(PREFIX), str(node.value)
        try:
            return _plain(kind, text)
        except ValueError as error:
            self._complain(node, path, f"{text!r}", str(error), "put it in quotes if it is meant as text")
            return None

    def _refuse_tag(self, node: yaml.Node, path: Path, kind: str) -> None:
        if node.tag != PREFIX + kind:
            self._complain(node, path, f"the tag {node.tag!r}", "plain YAML without tags", "remove the tag")


def _plain(kind: str, text: str) -> Any:
    """The JSON value of a scalar. Raises ValueError saying what is expected."""
    if kind == "str":
        return text
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "int":
        return _integer(text)
    if kind == "float":
        return _number(text)
    raise ValueError("plain YAML without tags: text, numbers, true, false and null")


def _integer(text: str) -> int:
    number = int(text, 0) if text.startswith(("0x", "0o")) else int(text[:20])
    if abs(number) > _LARGEST_INTEGER:
        raise ValueError(f"a whole number that JSON can hold, at most {_LARGEST_INTEGER}")
    return number


def _number(text: str) -> float:
    number = float(re.sub(r"^([-+]?)\.(inf|nan)$", r"\1\2", text.lower()))
    if not math.isfinite(number):
        raise ValueError("a number that JSON can hold, no infinity and no NaN")
    return number


def dotted(path: Sequence[str | int]) -> str:
    """('messages', 0, 'role') -> `messages[0].role`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _syntax(error: yaml.YAMLError) -> Problem:
    """What the parser said, and what is most often the cause."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    return Problem(line, column, "", f"this is no YAML: {said}", "YAML", _cure(said, mark))


def _cure(said: str, mark: yaml.Mark | None) -> str:
    if "\\t" in said or "tab" in said:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in said or "expected <block end>" in said:
        return "check the indentation, and put text that holds ': ' in quotes or after |"
    if "unhashable" in said or "flow" in said:
        return 'close the bracket, and put text that starts with { or [ in quotes, as in "{{ message }}"'
    if "special characters" in said or "not allowed" in said:
        return "remove the character"
    if "another document" in said or "single document" in said:
        return "keep one document in one file"
    return "check the lines before this place for an open quote or bracket"
