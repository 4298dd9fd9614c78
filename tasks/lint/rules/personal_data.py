"""PS114: what looks like somebody's personal data stands in the file. It is never repeated."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, error_from
from tasks.lint.personal import checked, kinds
from tasks.lint.subject import Subject

CODE = "PS114"


def personal_data(subject: Subject) -> Iterator[Finding]:
    for text in subject.texts:
        for number, line in enumerate(text.text.splitlines(), start=1):
            for kind in kinds(line):
                yield Finding(
                    CODE,
                    error_from("medium" if checked(kind) else "high", subject.risk),
                    subject.text_line(text.path, number),
                    f"what looks like {kind} stands here",
                    "invented people: example.com, 555-0100, test cards",
                    "Replace it by an invented one; the file's history keeps the old",
                )
