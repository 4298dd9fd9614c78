"""PS106: a released version changed, or a version that has to be locked is not."""

from __future__ import annotations

from collections.abc import Iterator

from registry.lock import differences, said
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS106"


def release_lock(subject: Subject) -> Iterator[Finding]:
    name, locked = subject.version.name, subject.locked
    if locked is None:
        if subject.requires_lock:
            fix = "Run `promptship prompt lock` and commit registry.lock"
            yield Finding(CODE, Severity.ERROR, None, f"{name} is not in registry.lock", "a locked version", fix)
        return
    if differing := differences(subject.version, subject.behavior, locked):
        parts = said(differing, [snippet for text in subject.inlined.values() for snippet in text.names])
        yield Finding(
            CODE,
            Severity.ERROR,
            subject.line("version"),
            f"{name} is locked, and its {', '.join(parts)} changed since",
            "a locked version as it was",
            f"Take the change to {name} back and write it as a new version",
        )
