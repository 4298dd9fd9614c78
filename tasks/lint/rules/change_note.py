"""PS104: the change note does not say why, what should move and by how much, or (high risk) what must not.

A first version changes nothing, so it owes no expectation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.drafting import UNFILLED, unfilled
from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.subject import Subject

CODE = "PS104"

_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        """a again all also an and answer answers be behavior behaviour better bit bug bugs by change changed changes
        cleanup edit edited fine first fix fixed fixes for good got has have hopefully i improve improved improvement
        improvements improves in is it its just little make makes minor model more new nicer now of on output outputs
        performance prompt prompts quality refactor refactored response responses result results should slight slightly
        small so some stuff test testing that the them thing things this to todo try tweak tweaked tweaks update updated
        updates use version very was we wip with word wording words work works will""",
    )
)


_UP = "{metric: score, direction: up, by: 0.05}"


def change_note(subject: Subject) -> Iterator[Finding]:
    severity, change = error_from("medium", subject.risk), subject.version.change
    if unfilled(change):
        yield Finding(
            CODE,
            Severity.ERROR,
            subject.line("change"),
            f"the change note still says {UNFILLED!r}",
            "a note that somebody wrote",
            "Say what goes wrong, what should move and how to go back",
        )
        return
    if subject.previous is None:
        return
    if vague(change.why):
        yield Finding(
            CODE,
            severity,
            subject.line("change", "why"),
            f"`why` says nothing to check: {change.why!r}",
            "what went wrong, and why this change should help",
            "Name the failure that was seen and what in the prompt answers it",
        )
    if not change.expected:
        yield _missing(subject, severity, "expected", "what should move", _UP)
    elif not change.guards and all(line.by is None for line in change.expected):
        yield _missing(subject, severity, "expected", "a number to check: how far something moves, or may move", _UP)
    if not change.guards and subject.risk == "high":
        yield _missing(subject, severity, "guards", "what must not", "{metric: refusal, max_increase: 0.005}")


def vague(why: str) -> bool:
    """Fewer than two words that say something: 'should be better now', 'improved the prompt'."""
    words = set(re.findall(r"[^\W_]+", why.casefold()))
    return len(words - _SAYS_NOTHING) < 2


def _missing(subject: Subject, severity: Severity, key: str, what: str, example: str) -> Finding:
    return Finding(
        CODE,
        severity,
        subject.line("change", key),
        f"the change note has no number under `{key}`",
        f"{what}, as metrics with numbers",
        f"Add a line such as {example}",
    )
