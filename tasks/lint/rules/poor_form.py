"""PS126: the text is not well formed: a fence, tag or delimiter that never closes, or a list that miscounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.passage import OUTSIDE, Passage, tags
from tasks.lint.subject import Subject

CODE = "PS126"

_ITEM = re.compile(r"^([ \t]*)(\d{1,2})([.)])[ \t]+\S", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(```|~~~)", re.MULTILINE)
_SPAN = re.compile(r"\bBEGIN ([A-Z][A-Z _]+?)\b(?=\W*$)", re.MULTILINE)
_PAIRS = (("<<<", ">>>"), ("[[", "]]"), ("<!--", "-->"))
_VOID = frozenset(("br", "hr", "img", "input", "p", "li", "meta", "link", "td", "tr", "th"))


class Flaw(NamedTuple):
    """`grave` flaws change what belongs to what, others only look wrong."""

    start: int
    found: str
    fix: str
    grave: bool = True


def poor_form(subject: Subject) -> Iterator[Finding]:
    for passage in subject.passages:
        for flaw in sorted(flaws(passage)):
            severity = error_from("high", subject.risk) if flaw.grave else Severity.WARNING
            line = subject.passage_line(passage, flaw.start)
            yield Finding(CODE, severity, line, flaw.found, "what opens closes, lists count on", flaw.fix)


def flaws(passage: Passage) -> Iterator[Flaw]:
    text = passage.text
    yield from _fences(text)
    yield from _tags(text)
    yield from _delimiters(text)
    yield from _numbers(passage.instructions)


def _fences(text: str) -> Iterator[Flaw]:
    for mark in ("```", "~~~"):
        opened = [found.start(1) for found in _FENCE.finditer(text) if found.group(1) == mark]
        if len(opened) % 2:
            yield Flaw(opened[-1], f"the fence {mark} is never closed", f"Write {mark} where it ends")
    if text.count('"""') % 2:
        yield Flaw(text.rindex('"""'), 'the quotes """ are never closed', 'Write """ where they end')


def _tags(text: str) -> Iterator[Flaw]:
    """A lone `<label>` is a placeholder as often as a tag: only one that stands before inserted text has to close."""
    opened: list[tuple[str, int, int]] = []
    for tag, closing, name in tags(text):
        if name.lower() in _VOID or tag.group().endswith("/>"):
            continue
        if not closing:
            opened.append((name, tag.start(), tag.end()))
        elif (at := next((at for at in range(len(opened) - 1, -1, -1) if opened[at][0] == name), None)) is not None:
            del opened[at]
        else:
            yield Flaw(tag.start(), f"</{name}> closes what never opened", f"Write <{name}> where it begins")
    for name, start, end in opened:
        if text[end:].lstrip()[:1] == OUTSIDE or (f"</{name}>" in text and f"<{name}>" in text[:start]):
            yield Flaw(start, f"<{name}> is never closed", f"Write </{name}> where it ends")


def _delimiters(text: str) -> Iterator[Flaw]:
    for opening, closing in _PAIRS:
        if text.count(opening) > text.count(closing):
            yield Flaw(text.rindex(opening), f"{opening} is never closed", f"Write {closing} where it ends")
    for span in _SPAN.finditer(text):
        if not re.search(rf"\bEND {re.escape(span.group(1))}\b", text[span.end() :]):
            yield Flaw(span.start(), f"BEGIN {span.group(1)} has no END", f"Write END {span.group(1)} where it ends")
    if '{"' in text and text.count("{") > text.count("}"):
        yield Flaw(text.rindex("{"), "a brace of the JSON example is never closed", "Write } where it ends")


def _numbers(text: str) -> Iterator[Flaw]:
    """A list goes on by one, restarts at 1, or has 1 everywhere."""
    last: dict[tuple[str, str], int] = {}
    for item in _ITEM.finditer(text):
        key, number = (item.group(1), item.group(3)), int(item.group(2))
        last = {known: value for known, value in last.items() if len(known[0]) <= len(key[0])}
        before = last.get(key)
        if before is not None and number not in (before + 1, 1):
            yield Flaw(item.start(2), f"{number} follows {before} in a list", f"Write {before + 1}", grave=False)
        last[key] = number
