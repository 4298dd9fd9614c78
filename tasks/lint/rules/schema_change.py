"""PS120: the output changed in a way that breaks its callers, and the change note does not say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.artifact import Output
from tasks.lint.finding import Finding, error_from
from tasks.lint.schema_change import Break, breaks
from tasks.lint.subject import Subject

CODE = "PS120"

_SAID = re.compile(r"\b(?:break(?:s|ing)?|callers?|consumers?|clients?|schema|contract|incompatib\w+)\b", re.IGNORECASE)


def schema_change(subject: Subject) -> Iterator[Finding]:
    if subject.previous is None:
        return
    why = subject.version.change.why
    for broken in _breaks(subject.previous.output, subject.version.output):
        if _SAID.search(why) or (broken.where and _names(why, broken.where)):
            continue
        what = f"{broken.where!r}: {broken.what}" if broken.where else broken.what
        yield Finding(
            CODE,
            error_from("medium", subject.risk),
            subject.line("output"),
            f"code that reads the answers of {subject.previous.version} breaks, and the note is silent: {what}",
            "a note that says what callers have to change",
            "Name the key and the change under `why`, or keep the old form",
        )


def _breaks(old: Output, new: Output) -> list[Break]:
    changed = [] if old.format == new.format else [Break("", f"the answer is {new.format} now, it was {old.format}")]
    return changed or list(breaks(old.schema_, new.schema_))


def _names(why: str, where: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(where.removesuffix('[]').rsplit('.', 1)[-1])}(?!\w)", why) is not None
