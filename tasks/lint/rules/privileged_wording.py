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

_PRIVILEGES: Final[dict[str, str]] = {
    "it lifts all"
    " restraint": r"\bignor(?:e|ing) (?:all|any|every|your) (?:\w+ ){0,3}(?:rules?|instructions?|restrictions?"
    r"|polic\w+|guidelines?"
    r"|warnings?|limits?|errors?|safety)\b|\b(?:bypass|override|disable|circumvent) (?:all |any |the "
    r"|your )?(?:\w+ )?(?:safety|security|policies"
    r"|policy|restrictions?|filters?|checks?|guardrails?|limits?)\b|\b(?:no|without(?: any)?) (?:restrictions?"
    r"|limitations?|safety (?:checks?"
    r"|rules?)|guardrails?|censorship)\b(?! (?:on|of|in|to) (?:length|size|words?))",
    "it asks for obedience": r"\bnever (?:refuse|decline|say no|reject)\b(?! to (?:help|assist) with return)"
    r"|\balways (?:comply|obey|agree|say yes|approve|accept|do (?:what|as|whatever))\b"
    r"|\bdo (?:whatever|anything|everything)(?: that)? (?:the )?(?:user|customer|they|he|she)\b|\b(?:obey"
    r"|comply with) (?:any|every|all)\b",
    "it grants access without"
    " bounds": r"\b(?:full|unlimited|unrestricted|complete|total|root|admin(?:istrator)?|superuser|sudo)(?:[ -]level)?"
    r" (?:access|control|permissions?|privileges?|rights|authority|autonomy)\b|\b(?:access to|delete|modify"
    r"|read|change) (?:all|any|every) (?:\w+ )?(?:files?"
    r"|databases?|systems?|accounts?|records?|tables?|tools?)\b|\byou (?:can|may) do anything\b",
    "it calls tools without"
    " need": r"\balways (?:call|use|invoke|run|execute|trigger|start with calling) (?:the |a |this |every |all "
    r"|your )?(?:`?\w+`? )?(?:tools?"
    r"|functions?|apis?|search|plugins?|commands?|`\w+`|\w+_\w+)\b|\b(?:call|use|run) (?:every|all"
    r"|any) (?:\w+ )?(?:tools?|functions?|commands?)\b",
    "it acts without"
    " asking": r"\bwithout (?:asking|waiting|confirm\w+|approval|permission|checking|verif\w+|review|consent"
    r"|human)\b(?! for (?:more|further|additional) (?:detail|info))"
    r"|\b(?:do not|don't|never|no need to) (?:ask (?:for )?(?:permission|confirmation|approval"
    r"|the user (?:for )?(?:permission|confirmation|before))"
    r"|wait for (?:permission|confirmation|approval))\b",
    "it runs what it is given": r"\b(?:execute|run|eval(?:uate)?) (?:any|all|every|arbitrary|whatever"
    r"|the user's)\b[^.\n]{0,30}\b(?:code|commands?|sql|quer(?:y|ies)|scripts?"
    r"|programs?|requests?|statements?)\b|\barbitrary (?:code|commands?|sql)\b",
}
_PATTERNS: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PRIVILEGES.items())


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
