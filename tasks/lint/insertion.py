"""Where a template inserts text from outside, and whether delimiters stand around it.

Works on the token stream, so that a name that a loop binds to untrusted text counts as untrusted too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MARK = "\0"
_OTHER = "\1"
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)[^<>]*>")
_FENCES = ("```", '"""', "'''", "~~~")
_RULE = re.compile(r"^[ \t]*([-=#*_])\1{2,}.*$", re.MULTILINE)


class Insertion(NamedTuple):
    """`line` counts from 1 in the template."""

    name: str
    line: int
    delimited: bool


class _Place(NamedTuple):
    name: str
    line: int
    offset: int
    escaped: bool


def insertions(template: str, outside: frozenset[str]) -> list[Insertion]:
    """The places where one of the `outside` variables is inserted; none for a template that cannot be parsed."""
    try:
        text, places = _flattened(template, outside)
    except TemplateSyntaxError:
        return []
    return [Insertion(p.name, p.line, p.escaped or _delimited(text, p.offset)) for p in places]


def _flattened(template: str, outside: frozenset[str]) -> tuple[str, list[_Place]]:
    """The template's own text with a mark for each expression, and the places of the untrusted ones."""
    text, places, origin = "", [], {name: name for name in outside}
    for kind, line, words in _pieces(template):
        names = [origin[word] for word in words if word in origin]
        if kind == "data":
            text += words[0]
        elif kind == "block":
            origin |= dict.fromkeys(_bound(words), names[0]) if names else {}
        else:
            if names:
                places.append(_Place(names[0], line, len(text), words[-2:] == ["|", "tojson"]))
            text += _MARK if names else _OTHER
    return text, places


def _pieces(template: str) -> Iterator[tuple[str, int, list[str]]]:
    """('data', line, [text]), ('block', line, words) and ('variable', line, words), in order."""
    words: list[str] = []
    for line, kind, value in ImmutableSandboxedEnvironment(keep_trailing_newline=True).lex(template):
        if kind == "data":
            yield "data", line, [value]
        elif kind in ("variable_begin", "block_begin"):
            words = []
        elif kind in ("variable_end", "block_end"):
            yield kind.removesuffix("_end"), line, words
        elif kind != "whitespace":
            words.append(value)


def _bound(words: list[str]) -> list[str]:
    """The names that a `for` tag binds."""
    return words[1 : words.index("in")] if words[:1] == ["for"] and "in" in words else []


def _delimited(text: str, offset: int) -> bool:
    before, after = text[:offset], text[offset + 1 :]
    alone = not (before + after).strip()
    fenced = any(before.count(fence) % 2 and fence in after for fence in _FENCES)
    ruled = len(_RULE.findall(before)) % 2 == 1 and _RULE.search(after) is not None
    return alone or fenced or ruled or any(f"</{tag}" in after for tag in _open_tags(before))


def _open_tags(text: str) -> list[str]:
    tags: list[str] = []
    for closing, name in _TAG.findall(text):
        if not closing:
            tags.append(name)
        elif name in tags:
            del tags[len(tags) - 1 - tags[::-1].index(name) :]
    return tags
