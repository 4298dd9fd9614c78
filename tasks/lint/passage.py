"""One message as people read it: which part instructs, and which part is data.

Data is what stands inside tags, fences or ruled lines, where untrusted text is inserted into the block, where the same
kind of block holds untrusted text elsewhere (an example of it), or where a user message has a block that is not named
like instructions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from registry.message import Message

OUTSIDE = "\0"
"""Stands where untrusted text is inserted."""

_OTHER = "\1"
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)(?:\s[^<>]*)?>")
_FENCE = re.compile(r"^[ \t]*(```|~~~).*$|(\"\"\"|''')", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:-{3,}|={3,}|#{3,}|\*{3,}|_{3,})[^\n]*$", re.MULTILINE)
_END = re.compile(r"(?<=[.!?;])\s+|\n\s*\n|\n(?=\s*(?:[-*#<•]|\d{1,2}[.)]))")
_INSTRUCTING = re.compile(
    r"instructions?|rules?|tasks?|guidelines?|system|policy|policies|output\w*|format|schema|steps?|role|persona"
    r"|constraints?|requirements?|answer|response|thinking|tools?|definitions?|categories|labels?|steps?|goals?",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\w*(?:data|documents?|doc|context|input|e?mails?|text|articles?|tickets?|reviews?|transcript|content|pages?"
    r"|messages?|query|question|customer|conversation|history|passages?|snippets?|results?|source)\w*",
    re.IGNORECASE,
)


class Block(NamedTuple):
    """What stands between two delimiters; `name` is the tag's, or the fence itself."""

    name: str
    start: int
    end: int


class Sentence(NamedTuple):
    """`start` is its offset in the passage's text."""

    text: str
    start: int


@dataclass(frozen=True)
class Passage:
    """`text` is the message with OUTSIDE for untrusted insertions and other marks for the rest, its lines kept."""

    index: int
    role: str
    text: str
    fed: frozenset[str] = frozenset()

    @cached_property
    def data(self) -> tuple[Block, ...]:
        return tuple(block for block in blocks(self.text) if self._is_data(block))

    @cached_property
    def instructions(self) -> str:
        """The text with its data, and every mark, blanked out; offsets and lines stay."""
        text = self.text
        for block in self.data:
            text = text[: block.start] + _blank(text[block.start : block.end]) + text[block.end :]
        return text.replace(OUTSIDE, " ").replace(_OTHER, " ")

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentences(self.instructions))

    def line(self, offset: int) -> int:
        """Within the message, from 1."""
        return self.text.count("\n", 0, offset) + 1

    def _is_data(self, block: Block) -> bool:
        if OUTSIDE in self.text[block.start : block.end] or block.name in self.fed:
            return True
        if self.role == "assistant" or _INSTRUCTING.fullmatch(block.name):
            return False
        return self.role == "user" or bool(_DATA.fullmatch(block.name))


def passages(messages: list[Message], outside: frozenset[str]) -> list[Passage]:
    """The messages, with the kinds of block that hold untrusted text in any of them known to all."""
    texts = [marked(message.content, outside) for message in messages]
    fed = frozenset(
        block.name for text in texts for block in blocks(text) if OUTSIDE in text[block.start : block.end]
    ) - {"---"}
    return [Passage(index, message.role, texts[index], fed) for index, message in enumerate(messages)]


def marked(template: str, outside: frozenset[str]) -> str:
    """The template with a mark for each Jinja tag, line by line as it was."""
    if "{" not in template:
        return template

    def mark(tag: re.Match[str]) -> str:
        words = set(re.findall(r"\w+", tag.group())) if tag.group().startswith("{{") else set()
        return (OUTSIDE if words & outside else _OTHER) + "\n" * tag.group().count("\n")

    return _JINJA.sub(mark, template)


def blocks(text: str) -> list[Block]:
    """All that is delimited, in the order of its ends; nested tags too."""
    return [*_tagged(text), *_paired(text, _FENCE), *_paired(text, _RULE)]


def sentences(text: str) -> Iterator[Sentence]:
    """Split at full stops, empty lines and the items of lists; a line break inside a paragraph is a space."""
    start = 0
    for end in (*_END.finditer(text), None):
        piece = text[start : end.start() if end else len(text)]
        if said := piece.strip():
            yield Sentence(" ".join(said.split()), start + len(piece) - len(piece.lstrip()))
        start = end.end() if end else 0


def tags(text: str) -> Iterator[tuple[re.Match[str], bool, str]]:
    """Each tag with whether it closes, and its name."""
    for tag in _TAG.finditer(text):
        yield tag, bool(tag.group(1)), tag.group(2)


def _tagged(text: str) -> Iterator[Block]:
    opened: list[tuple[str, int]] = []
    for tag, closing, name in tags(text):
        if not closing:
            opened.append((name, tag.end()))
            continue
        at = next((at for at in range(len(opened) - 1, -1, -1) if opened[at][0] == name), None)
        if at is not None:
            yield Block(name, opened[at][1], tag.start())
            del opened[at:]


def _paired(text: str, delimiter: re.Pattern[str]) -> Iterator[Block]:
    opened: dict[str, int] = {}
    for found in delimiter.finditer(text):
        name = next(filter(None, found.groups()), "---") if found.groups() else "---"
        if name in opened:
            yield Block(name, opened.pop(name), found.start())
        else:
            opened[name] = found.end()


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
