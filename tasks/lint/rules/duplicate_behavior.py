"""PS109: an earlier version of this prompt behaves the same."""

from __future__ import annotations

from collections.abc import Iterator

from registry.behavior import short
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS109"


def duplicate_behavior(subject: Subject) -> Iterator[Finding]:
    own = subject.behavior.sha
    earlier = {name: sha for name, sha in subject.others.items() if int(name[1:]) < int(subject.version.version[1:])}
    same = [name for name, sha in earlier.items() if sha == own]
    if same:
        yield Finding(
            CODE,
            Severity.WARNING,
            subject.line("version"),
            f"{subject.version.version} behaves exactly as {', '.join(same)} ({short(own)})",
            "a version that changes something",
            f"Release {same[-1]} itself, or change what should be different",
        )
