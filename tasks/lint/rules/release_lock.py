"""PS106: a released version changed, or a version that has to be locked is not."""

from __future__ import annotations

from collections.abc import Iterator

from registry.behavior import changed
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS106"


def release_lock(subject: Subject) -> Iterator[Finding]:
    name, locked = subject.version.name, subject.locked
    if locked is None:
        if subject.requires_lock:
            fix = f"Run `promptship prompt lock {name}` and commit registry.lock"
            yield Finding(CODE, Severity.ERROR, None, f"{name} is not in registry.lock", "a locked version", fix)
        return
    parts = [*changed(locked.components, subject.behavior.shas)]
    if locked.change != subject.change_sha:
        yield _rewritten(subject, "its change note", "change")
    if parts:
        yield _rewritten(subject, f"its {', '.join(parts)}", "version")


def _rewritten(subject: Subject, what: str, key: str) -> Finding:
    name = subject.version.name
    return Finding(
        CODE,
        Severity.ERROR,
        subject.line(key),
        f"{name} is locked, and {what} changed since",
        "a locked version as it was",
        f"Take the change to {name} back and write it as a new version",
    )
