"""A small table of instructions that cannot both be followed, and how to look for them.

What it cannot see: contradictions in other words than these or in other languages than English, and instructions that
a condition keeps apart (a sentence with if, when, unless, for, except or only is left out, so "Be brief unless asked
for details" is no conflict). It compares sentence with sentence and knows no grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

_NO = r"(?:never|do not|don't|must not|should not|may not|cannot|avoid|no)"
_ANSWER = r"(?:answer|respond|reply|write|speak|return|output|produce|give)"


class Opposites(NamedTuple):
    """Two kinds of sentence on one topic that exclude each other."""

    topic: str
    one: re.Pattern[str]
    other: re.Pattern[str]


class Conflict(NamedTuple):
    """The indexes of the two sentences, the earlier first."""

    topic: str
    first: int
    second: int


def _pair(topic: str, one: str, other: str) -> Opposites:
    return Opposites(topic, re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))


TABLE: Final[tuple[Opposites, ...]] = (
    _pair(
        "the language of the answer",
        rf"\b(?:always|only) {_ANSWER} in (?!the)[A-Z]\w+|\b{_ANSWER} only in (?!the)[A-Z]\w+|\b{_ANSWER} in english\b",
        r"\bin the (?:same )?language (?:of|that|in which|as|used by) (?:the )?(?:user|customer|message"
        r"|question|they|it)"
        r"|\bin the (?:user|customer)'s (?:own )?language",
    ),
    _pair(
        "the length of the answer",
        r"\b(?:be|keep (?:it|your \w+|the \w+|answers)) (?:\w+ and )?(?:very |as )?(?:brief|short|concise|terse)\b"
        r"|\bin (?:one|a single|two) (?:short )?sentences?\b|\bas short as possible\b",
        r"\b(?:in (?:great |full )?detail|(?:be|give|write)[^.]{0,30}\b(?:detailed|thorough|comprehensive"
        r"|exhaustive|long|lengthy)"
        r"|as much detail as possible|at least (?:\d{3,}|two hundred|five hundred) words|several paragraphs)\b",
    ),
    _pair(
        "explanations",
        r"\b(?:nothing else|no (?:explanations?|other text|additional text|commentary|preamble)"
        r"|without (?:any )?(?:explanations?|commentary)"
        r"|(?:do not|don't|never) explain)\b",
        r"\b(?:explain (?:your|the) (?:reasoning|answer|choice|decision)|give (?:your |the )?reasons"
        r"|show your (?:work|reasoning)|think out loud"
        r"|justify (?:your|the))\b",
    ),
    _pair(
        "the form of the answer",
        rf"\b{_ANSWER}[^.]{{0,40}}\b(?:only (?:valid |raw )?json|(?:valid |raw |one "
        rf"|a (?:single )?)json(?: object)?[^.]{{0,60}}(?:nothing else|only))\b"
        rf"|\b(?:plain text only|only plain text|{_NO} (?:use )?markdown)\b",
        rf"\b(?:{_ANSWER}|format)[^.]{{0,40}}\b(?:in|as|using|with) (?:markdown|bullet points|a table"
        rf"|headings)\b|(?<!not )(?<!never )\buse (?:markdown"
        r"|bullet points|headings)\b",
    ),
    _pair(
        "emoji",
        r"\b(?:no|without|never use|do not use|don't use|avoid) (?:any )?emojis?\b",
        r"(?<!not )(?<!n't )(?<!never )\b(?:use|add|include|with) (?:\w+ )?emojis?\b",
    ),
    _pair(
        "tone",
        r"\b(?:be|stay|keep|formal tone|use a)\b[^.]{0,20}(?<!in)\bformal\b",
        r"\b(?:be|stay|sound|use a|keep)\b[^.]{0,20}\b(?:informal|casual|chatty)\b",
    ),
    _pair(
        "sources",
        rf"\b{_NO} (?:ever )?(?:cite|mention|name|list|include|reveal)[^.]{{0,20}}\b(?:sources?|citations?"
        rf"|references?)\b",
        r"(?<!not )(?<!n't )(?<!never )\b(?:cite|name|list|include|mention)[^.]{0,20}\b(?:sources?|citations?"
        r"|references?)\b",
    ),
    _pair(
        "guessing",
        r"\b(?:never|do not|don't) (?:ever )?(?:guess|make (?:things|anything|it) up|invent|speculate|assume)\b",
        r"\b(?:make (?:an? |your )?(?:best|educated|reasonable) guess|give your best guess|always (?:give"
        r"|provide) an answer|guess if|fill in (?:the )?missing"
        r"|(?:invent|make up) (?!any)\w+)\b",
    ),
    _pair(
        "asking back",
        r"\b(?:never|do not|don't) ask (?:any )?(?:questions?|follow-?ups?|clarifying|the (?:user"
        r"|customer) (?:any )?questions?|back|for clarification)\b",
        r"(?<!not )(?<!n't )(?<!never )\bask (?:\w+ ){0,3}(?:questions?|follow-?ups?|for clarification|back)\b",
    ),
    _pair(
        "refusing",
        r"\b(?:never (?:refuse|decline)|always (?:comply|help with (?:any|every)|answer (?:any|every|all)))\b",
        r"(?<!never )(?<!not )\b(?:refuse|decline|reject) (?:to |any |all |requests?|questions?|every)\b"
        r"|\bdo not (?:answer|help with|comply)\b",
    ),
    _pair(
        "advice",
        r"\b(?:never|do not|don't|must not) (?:give|offer|provide)[^.]{0,30}\b(?:legal|medical|financial|tax"
        r"|investment)\b[^.]{0,20}\badvice\b",
        r"(?<!never )(?<!not )(?<!n't )\b(?:give|offer|provide)[^.]{0,30}\b(?:legal|medical|financial|tax"
        r"|investment)\b[^.]{0,20}\badvice\b",
    ),
    _pair(
        "personal data",
        r"\b(?:never|do not|don't|must not) (?:ask for|request|collect|reveal|share|repeat|disclose"
        r"|output)[^.]{0,40}\b(?:personal|private|customer) (?:data|information|details)\b",
        r"(?<!never )(?<!not )(?<!n't )\b(?:ask for|request|collect|reveal|share|repeat|disclose"
        r"|include)[^.]{0,40}\b(?:personal|private|customer) (?:data|information|details)\b"
        r"|(?<!never )(?<!not )(?<!n't )\bask (?:\w+ ){0,2}for (?:their|his|her|the) (?:password|date of birth"
        r"|address|card number|phone number)\b",
    ),
    _pair(
        "promises",
        r"\b(?:never|do not|don't|must not) (?:promise|guarantee|commit)\b",
        r"(?<!never )(?<!not )(?<!n't )\b(?:promise|guarantee) (?:the|a|an|that|them|him|her|it|customers?"
        r"|users?|to)\b",
    ),
    _pair(
        "being an AI",
        r"\b(?:never|do not|don't) (?:say|reveal|admit|mention|tell|disclose)[^.]{0,30}\b(?:an? (?:ai|bot"
        r"|machine|language model)|artificial)\b|\b(?:claim|pretend|say) (?:to be|that you are|you are) (?:a )?human\b",
        r"(?<!never )(?<!not )(?<!n't )\b(?:say|disclose|state|tell|make clear|admit"
        r"|identify)[^.]{0,40}\b(?:an? (?:ai|bot|language model|virtual assistant)|artificial)\b"
        r"|\bnever (?:claim|pretend)[^.]{0,20}\bhuman\b",
    ),
)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|unless|except|while|until|where|only (?:if|when|for)|in case|otherwise|otherwise)\b",
    re.IGNORECASE,
)
_ALWAYS = re.compile(r"\b(?:always|you must|make sure to|be sure to)(?! not\b) (.+)", re.IGNORECASE)
_NEVER = re.compile(r"\b(?:never|do not|don't|you must not|must never) (?:ever )?(.+)", re.IGNORECASE)
_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "any",
        "your",
        "their",
        "his",
        "her",
        "its",
        "this",
        "that",
        "these",
        "those",
        "to",
        "of",
        "in",
        "on",
        "at",
        "it",
        "them",
        "all",
    ]
)


def conflicts(sentences: Sequence[str]) -> Iterator[Conflict]:
    """Pairs that exclude each other, each topic once."""
    plain = [(index, text) for index, text in enumerate(sentences) if not _CONDITION.search(text)]
    for topic, one, other in TABLE:
        ones = [index for index, text in plain if one.search(text)]
        others = [index for index, text in plain if other.search(text) and index not in ones]
        if ones and others:
            yield Conflict(topic, *sorted((ones[0], others[0])))
    yield from _same_words(plain)


def _same_words(plain: list[tuple[int, str]]) -> Iterator[Conflict]:
    """`Always x` and `never x`, with the same first three words that mean something."""
    always = {words: index for index, text in plain if (words := _words(_ALWAYS.search(text)))}
    for index, text in plain:
        words = _words(_NEVER.search(text))
        if words and words in always and always[words] != index:
            yield Conflict(" ".join(words), *sorted((always[words], index)))


def _words(match: re.Match[str] | None) -> tuple[str, ...]:
    found = [word for word in re.findall(r"\w+", match.group(1).casefold()) if word not in _EMPTY] if match else []
    return tuple(found[:3]) if len(found) > 1 else ()
