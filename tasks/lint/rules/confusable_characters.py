"""PS128: letters that look like Latin ones and are not: in the middle of Latin words, or as styled letters.

Words all in Cyrillic or Greek are no finding, unless the file has nothing else of that script and every letter of the
word has a Latin twin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS128"

_TWINS = frozenset(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c\u041d\u041e"
    "\u0420\u0421\u0422\u0425\u0423\u0405\u0406\u0408\u04cf\u03b1\u03bf\u03bd\u03b9\u03c1\u0391\u0392\u0395\u0396\u0397\u0399\u039a"
    "\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
)
_WORD = re.compile(r"[^\W\d_]*[\u0370-\u052f][^\W\d_]*")
_LATIN = re.compile(r"[A-Za-z]")
_STYLED = re.compile(r"[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]+")


def confusable_characters(subject: Subject) -> Iterator[Finding]:
    texts = list(subject.texts)
    if all(text.text.isascii() for text in texts):
        return
    script = any(_WORD.search(text.text) and _own(text.text) for text in texts)
    for text in texts:
        for number, line in enumerate(text.text.split("\n") if not text.text.isascii() else (), start=1):
            for word in confusing(line, alone=not script):
                yield _finding(subject, subject.text_line(text.path, number), word)


def confusing(line: str, *, alone: bool) -> Iterator[str]:
    """The words that are not what they look like; `alone` when the file has no other words of these scripts."""
    for word in _WORD.findall(line):
        foreign = [letter for letter in word if "\u0370" <= letter <= "\u052f"]
        twins = all(letter in _TWINS for letter in foreign)
        if any(letter in _TWINS for letter in foreign) and (_LATIN.search(word) or (alone and twins and len(word) > 1)):
            yield word
    yield from _STYLED.findall(line)


def _own(text: str) -> bool:
    """Whether a letter that has no Latin twin stands outside of words with Latin letters."""
    words = (word for word in _WORD.findall(text) if not _LATIN.search(word))
    return any(letter not in _TWINS for word in words for letter in word)


def _finding(subject: Subject, line: int | None, word: str) -> Finding:
    strange = next(letter for letter in word if letter in _TWINS or _STYLED.match(letter))
    return Finding(
        CODE,
        error_from("medium", subject.risk),
        line,
        f"{word!r} has a letter that only looks Latin: U+{ord(strange):04X} {unicodedata.name(strange, '')}",
        "words of one script",
        "Type the word again with the letters of its script",
        subject.column(line, word),
    )
