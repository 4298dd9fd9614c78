"""PS127: characters that nobody sees: control, zero-width, bidirectional and tag characters.

They hide text from reviewers, or show it in another order than the model reads it. Joiners inside emoji and inside
scripts that need them, and direction marks beside right-to-left letters, are no finding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.subject import Subject

CODE = "PS127"

_SEEN = re.compile(r"[^\x20-\x7e\n\t]")
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
_JOINERS = "\u200c\u200d"
_MARKS = "\u200e\u200f\u061c"
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLACK_FLAG = "\U0001f3f4"
_TAG = range(0xE0000, 0xE0080)
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def hidden_characters(subject: Subject) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, line in enumerate(subject.lines, start=1):
        found = list(dict.fromkeys(hidden(line.rstrip("\r"))))
        seen.update(found)
        yield from (_finding(subject, number, character) for character in found)
    for text in subject.texts:
        for number, line in enumerate(text.text.split("\n"), start=1):
            for character in dict.fromkeys(hidden(line)):
                if character not in seen:
                    yield _finding(subject, subject.text_line(text.path, number), character)


def hidden(line: str) -> Iterator[str]:
    """The characters that are not seen, in their order."""
    for found in _SEEN.finditer(line):
        at, character = found.start(), found.group()
        if unicodedata.category(character) in _HIDDEN:
            if not _needed(line, at):
                yield character
        elif any(ord(character) in selectors for selectors in _SELECTORS) and _repeated(line, at):
            yield character


def _needed(line: str, at: int) -> bool:
    before, character, after = line[at - 1 : at], line[at], line[at + 1 : at + 2]
    if character in _JOINERS:
        return bool(before and after) and all(ord(beside) > 0x2FF for beside in (before, after))
    if character in _MARKS:
        return any(unicodedata.bidirectional(beside) in ("R", "AL") for beside in (before, after) if beside)
    return ord(character) in _TAG and _BLACK_FLAG in line[max(0, at - 7) : at]


def _repeated(line: str, at: int) -> bool:
    """Two selectors in a row select nothing: a way to write bytes that nobody sees."""
    return any(line[at - 1 : at] and ord(line[at - 1]) in selectors for selectors in _SELECTORS)


def _finding(subject: Subject, line: int | None, character: str) -> Finding:
    name = unicodedata.name(character, "a control character")
    return Finding(
        CODE,
        Severity.ERROR if character in _BIDI or ord(character) in _TAG else error_from("medium", subject.risk),
        line,
        f"a character that is not seen: U+{ord(character):04X} {name}",
        "text as it looks",
        "Delete it and type the text around it again",
        subject.column(line, character),
    )
