"""Messages as a row of paragraphs: what is aligned, moved and compared.

A blank line ends a paragraph; so does the start of a list item or a heading, and a line that is only a tag.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..images import shown

_BREAK = re.compile(
    r"\n(?:[ \t]*\n)+"
    r"|\n(?=[ \t]*(?:[-*+\u2022]|\d+[.)]|\#{1,6})[ \t])"
    r"|\n(?=[ \t]*</?[\w-]+[^<>\n]*>[ \t]*(?:\n|$))"
    r"|(?<=>)\n"
)


class Paragraph(NamedTuple):
    """`gap` is the white space before it, `tail` that at the end of the message. Empty `text` opens a message."""

    message: int
    role: str
    text: str = ""
    gap: str = ""
    tail: str = ""
    first: bool = False
    last: bool = False

    @property
    def opens(self) -> bool:
        return not self.text

    @property
    def squeezed(self) -> str:
        """The text with each run of white space as one space."""
        return " ".join(self.text.split())

    @property
    def key(self) -> tuple[str, str]:
        """What has to be equal to be the same paragraph, white space apart."""
        return (self.role, "") if self.opens else ("", self.squeezed)

    def spaced_as(self, other: Paragraph) -> bool:
        """White space included. What stands at an end of a message only compares with what does too."""
        gap = self.first != other.first or self.gap == other.gap
        tail = self.last != other.last or self.tail == other.tail
        return self.text == other.text and gap and tail


def paragraphs(messages: Sequence[Mapping[str, Any]]) -> list[Paragraph]:
    """Of all messages (`{"role", "content"}`), each message opened by a paragraph without text."""
    return [paragraph for number, message in enumerate(messages) for paragraph in _of(number, message["role"], message)]


def text_of(content: Any) -> str:
    """What a message says as one text: a part that is no text stands as its JSON, on lines of its own."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list | tuple) else [content]
    return "\n\n".join(_part(part) for part in parts)


def said(message: Mapping[str, Any]) -> str:
    """What a message of a version says, and which images it holds, one a line."""
    return "\n\n".join([text_of(message["content"]), *map(shown, message.get("images") or ())])


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Mapping) and isinstance(part.get("image_url"), Mapping):
        return shown(part["image_url"])
    if isinstance(part, Mapping) and isinstance(part.get("text"), str):
        return str(part["text"])
    return json.dumps(part, sort_keys=True, ensure_ascii=False)


def _of(number: int, role: str, message: Mapping[str, Any]) -> Iterator[Paragraph]:
    content = said(message)
    body = content.strip()
    if not body:
        yield Paragraph(number, role, tail=content, last=True)
        return
    yield Paragraph(number, role)
    start = content.index(body)
    pieces = list(_pieces(content[:start], body))
    for index, (gap, text) in enumerate(pieces):
        last = index == len(pieces) - 1
        tail = content[start + len(body) :] if last else ""
        yield Paragraph(number, role, text, gap, tail, index == 0, last)


def _pieces(gap: str, body: str) -> Iterator[tuple[str, str]]:
    start = 0
    for found in _BREAK.finditer(body):
        if body[start : found.start()].strip():
            yield gap, body[start : found.start()]
            gap = ""
        gap, start = gap + found.group(), found.end()
    yield gap, body[start:]
