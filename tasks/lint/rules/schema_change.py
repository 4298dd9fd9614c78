"""PS120: the output changed in a way that breaks its callers, and the change note does not say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.artifact import Output
from registry.diff.contract import contract_changes
from registry.diff.impact import Impact, Level
from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.subject import Subject

CODE = "PS120"

_SAID = re.compile(r"\b(?:break(?:s|ing)?|callers?|consumers?|clients?|schema|contract|incompatib\w+)\b", re.IGNORECASE)


def schema_change(subject: Subject) -> Iterator[Finding]:
    """What breaks is an error from medium risk on; what may break, because nobody can tell, a warning."""
    if subject.previous is None:
        return
    why = subject.version.change.why
    for impact in _silent(subject.previous.output, subject.version.output, why):
        breaks = impact.level is Level.BREAKS
        yield Finding(
            CODE,
            error_from("medium", subject.risk) if breaks else Severity.WARNING,
            subject.line("output"),
            f"code that reads the answers of {subject.previous.version} {'breaks' if breaks else 'may break'}, and the"
            f" note is silent: {impact.where}: {impact.what}",
            "a note that says what callers have to change",
            "Name the key and the change under `why`, or keep the old form",
        )


def _silent(old: Output, new: Output, why: str) -> list[Impact]:
    before, after = (output.model_dump(mode="json", by_alias=True) for output in (old, new))
    changes = [impact for impact in contract_changes(before, after) if impact.level is not Level.SAFE]
    return [] if _SAID.search(why) else [impact for impact in changes if not _names(why, impact.where)]


def _names(why: str, where: str) -> bool:
    key = where.removesuffix("[]").rsplit(".", 1)[-1]
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", why) is not None
