"""What a text asks of the answer's form: JSON at all, and which keys, told in words or by an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tasks.lint.negation import negated

_VERB = (
    r"(?:answers?|respond|reply|replies|returns?|outputs?|produce|generate|format(?:ted)?|give|emit|print|provide"
    r"|responses?|results?)"
)
_JSON = re.compile(
    rf"\b{_VERB}\b[^.!?]{{0,60}}\bJSON\b(?! (?:schema|below|above|input|document|file|that you|you (?:get|receive)))"
    r"|\bJSON (?:object|array|format|output|only|response|answer)\b[^.!?]{0,30}\b(?:only|nothing else|answer"
    r"|response|with the)\b",
    re.IGNORECASE,
)
_OBJECT = re.compile(r"\{\s*\"[A-Za-z_][\w-]*\"\s*:")
_KEY = re.compile(r"\"([A-Za-z_][\w-]*)\"\s*:")
_BEFORE = re.compile(rf"\b{_VERB}\b|\bJSON\b", re.IGNORECASE)
_GIVEN = re.compile(
    r"\b(?:input|record|given|receive|following|example of (?:a|an) (?:customer|ticket|message))\b", re.IGNORECASE
)
_LIST = re.compile(
    r"\b(?:with|has|have|containing|contains|including|includes|these|following|the) (?:exactly |only )?(?:the "
    r"|these |two |three |four |following )*"
    r"(?:keys?|fields?|propert(?:y|ies)|attributes?)\b:?((?:\s*(?:,|and|or"
    r"|&)?\s*[`\"']?[A-Za-z_][\w-]*[`\"']?(?=\W|$))+)",
    re.IGNORECASE,
)
_STOP = frozenset(
    [
        "a",
        "above",
        "all",
        "an",
        "are",
        "as",
        "at",
        "be",
        "below",
        "but",
        "by",
        "each",
        "else",
        "exactly",
        "every",
        "for",
        "from",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "must",
        "no",
        "not",
        "nothing",
        "null",
        "of",
        "on",
        "only",
        "other",
        "should",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "use",
        "when",
        "where",
        "which",
        "whose",
        "will",
        "with",
        "without",
        "you",
        "your",
    ]
)
_ONE_OF = re.compile(
    r"[`\"']?\b([A-Za-z_]\w*)\b[`\"']?:? (?:is|must be|should be|can be"
    r"|has to be) (?:exactly )?one of:? ([^.\n]{3,200})",
    re.IGNORECASE,
)
_MAX_BACK = 160


class Named(NamedTuple):
    """A key that the text names, and where."""

    key: str
    start: int


class Choice(NamedTuple):
    """`key is one of a, b, c`."""

    key: str
    values: tuple[str, ...]
    start: int


def asks_json(sentence: str) -> bool:
    found = _JSON.search(sentence)
    return bool(found and not negated(sentence, found.start()) and not negated(sentence, found.end() - 4))


def keys_asked(text: str) -> list[Named]:
    """The keys of the answer that a text of instructions names, in its order; those of given input left out."""
    return sorted([*_of_examples(text), *_of_lists(text)], key=lambda named: named.start)


def choices(text: str) -> Iterator[Choice]:
    for found in _ONE_OF.finditer(text):
        values = [value.strip(" `\"'()") for value in re.split(r",|\bor\b|\band\b|\||/", found.group(2))]
        if all(re.fullmatch(r"[\w-]+", value) for value in filter(None, values)):
            yield Choice(found.group(1), tuple(filter(None, values)), found.start())


def _of_examples(text: str) -> Iterator[Named]:
    for found in _OBJECT.finditer(text):
        before = text[max(0, found.start() - _MAX_BACK) : found.start()].rpartition("\n\n")[2]
        if _BEFORE.search(before) and not _GIVEN.search(before):
            for key in _KEY.finditer(text, found.start(), _closing(text, found.start())):
                yield Named(key.group(1), key.start())


def _of_lists(text: str) -> Iterator[Named]:
    for found in _LIST.finditer(text):
        if not _BEFORE.search(text[max(0, found.start() - 80) : found.start()]):
            continue
        for word in re.finditer(r"[A-Za-z_][\w-]*", found.group(1)):
            if word.group().casefold() in _STOP:
                break
            if word.group() not in ("and", "or"):
                yield Named(word.group(), found.start(1) + word.start())


def _closing(text: str, start: int) -> int:
    """The end of the braces that open at `start`, the end of the text when they never close."""
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "{") - (text[at] == "}")
        if depth == 0:
            return at + 1
    return len(text)
