"""PS115: the wording gives the model more power or less restraint than a task needs.

Sentences that forbid it ("never give full access") are no finding; sentences inside data blocks are PS113's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tasks.lint.finding import Finding, error_from
from tasks.lint.negation import negated
from tasks.lint.subject import Subject

CODE = "PS115"

_LIMITS = r"(?:rules?|instructions?|restrictions?|polic(?:y|ies)|guidelines?|warnings?|limits?|errors?|safety|checks?)"
_TOOLS = r"(?:tools?|functions?|apis?|search|plugins?|commands?|`\w+`|\w+_\w+)"
_CODE = r"(?:code|commands?|sql|quer(?:y|ies)|scripts?|programs?|requests?|statements?)"
_HOLDINGS = r"(?:files?|databases?|systems?|accounts?|records?|tables?|tools?)"

_PRIVILEGES: Final[dict[str, tuple[str, ...]]] = {
    "it lifts all restraint": (
        rf"\bignor(?:e|ing) (?:all|any|every|your) (?:\w+ ){{0,3}}{_LIMITS}\b",
        rf"\b(?:bypass|override|disable) (?:(?:all|any|the|your) )?(?:safety|security) ?{_LIMITS}?\b",
        rf"\b(?:bypass|override|disable|circumvent) (?:all|any|the|your) (?:\w+ )?{_LIMITS}\b",
        (
            r"\b(?:no|without(?: any)?) (?:restrictions?|limitations?|safety (?:checks?|rules?)|guardrails?|censorship)"
            r"\b(?! (?:on|of|in|to) (?:the )?(?:length|size|words?))"
        ),
    ),
    "it asks for obedience": (
        r"\bnever (?:refuse|decline|say no|reject)\b",
        r"\balways (?:comply|obey|agree|say yes|approve|accept|do (?:what|as|whatever))\b",
        r"\bdo (?:whatever|anything|everything)(?: that)? (?:the )?(?:user|customer|they|he|she)\b",
        r"\b(?:obey|comply with) (?:any|every|all)\b",
    ),
    "it grants access without bounds": (
        (
            r"\b(?:full|unlimited|unrestricted|complete|total|root|admin(?:istrator)?|superuser|sudo)(?:[ -]level)? "
            r"(?:access|control|permissions?|privileges?|rights|authority|autonomy)\b"
        ),
        rf"\b(?:access to|delete|modify|read|change) (?:all|any|every) (?:\w+ )?{_HOLDINGS}\b",
        r"\byou (?:can|may) do anything\b",
    ),
    "it calls tools without need": (
        (
            rf"\balways (?:call|use|invoke|run|execute|trigger) (?:(?:the|a|this|every|all"
            rf"|your) )?(?:`?\w+`? )?{_TOOLS}(?!\w)"
        ),
        r"\b(?:call|use|run) (?:every|all|any) (?:\w+ )?(?:tools?|functions?|commands?)\b",
    ),
    "it acts without asking": (
        (
            r"\bwithout (?:asking|waiting|confirm\w+|approval|permission|checking|verif\w+|review|consent)\b"
            r"(?! for (?:more|further|additional) (?:detail|info))"
        ),
        r"\b(?:do not|don't|never|no need to) (?:ask|wait) for (?:permission|confirmation|approval)\b",
        r"\b(?:do not|don't|never|no need to) ask the (?:user|customer) (?:before|for (?:permission|confirmation))\b",
    ),
    "it runs what it is given": (
        (
            rf"\b(?:executes?|runs?|eval(?:uates?)?) (?:any|all|every|arbitrary|whatever"
            rf"|the user's)\b[^.\n]{{0,30}}\b{_CODE}\b"
        ),
        r"\barbitrary (?:code|commands?|sql)\b",
    ),
}
_PATTERNS: Final = tuple((kind, re.compile("|".join(parts), re.IGNORECASE)) for kind, parts in _PRIVILEGES.items())


def privileged_wording(subject: Subject) -> Iterator[Finding]:
    for passage in subject.passages:
        for sentence in passage.sentences if passage.role != "assistant" else ():
            for kind, said in privileges(sentence.text):
                yield _finding(subject, subject.passage_line(passage, sentence.start), kind, said)
    for index, tool in enumerate(subject.version.tools):
        for kind, said in privileges(tool.description):
            yield _finding(subject, subject.line("tools", index, "description"), kind, said)


def privileges(sentence: str) -> list[tuple[str, str]]:
    """(what it does, the words), each kind once; nothing that the sentence forbids."""
    found = [(kind, pattern.search(sentence)) for kind, pattern in _PATTERNS]
    return [(kind, match.group()) for kind, match in found if match and not negated(sentence, match.start())]


def _finding(subject: Subject, line: int | None, kind: str, said: str) -> Finding:
    return Finding(
        CODE,
        error_from("high", subject.risk),
        line,
        f"{kind}: {said!r}",
        "only the powers that the task needs, with their conditions",
        "Say when it is allowed, and what has to be asked or checked before",
    )
