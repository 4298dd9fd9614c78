"""PS110: the change note names no way back that could be rehearsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.nearest import listed
from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS110"

_PIN = re.compile(r"\bpin\s+(v[0-9]+)\b", re.IGNORECASE)
_ROLL_BACK = re.compile(r"\broll(?:ing)?[ -]?back\b", re.IGNORECASE)


def reverse_path(subject: Subject) -> Iterator[Finding]:
    if subject.previous is None:
        return
    reverse = (subject.version.change.reverse or "").strip()
    if problem := _problem(reverse, subject):
        yield Finding(
            CODE,
            error_from("medium", subject.risk),
            subject.line("change", "reverse"),
            problem,
            "`pin vN` with a version that exists, or `rollback`",
            f"Write `reverse: pin {subject.previous.version}`",
        )


def _problem(reverse: str, subject: Subject) -> str | None:
    if not reverse:
        return "the change note has no `reverse`"
    if pin := _PIN.search(reverse):
        target = pin.group(1).lower()
        if target == subject.version.version:
            return f"`reverse` pins {target}, which is this version"
        return None if target in subject.others else f"`reverse` pins {target}, and there are: {listed(subject.others)}"
    return None if _ROLL_BACK.search(reverse) else f"`reverse` names no version: {reverse!r}"
