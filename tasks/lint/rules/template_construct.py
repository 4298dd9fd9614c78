"""PS107: a template uses what the sandbox does not allow."""

from __future__ import annotations

from collections.abc import Iterator

from registry.template import check
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS107"


def template_construct(subject: Subject) -> Iterator[Finding]:
    for index, message in subject.messages():
        for problem in check(message.content):
            yield Finding(
                CODE,
                Severity.ERROR,
                subject.template_line(index, problem.line),
                problem.what,
                "variables, if, for, comparisons and the listed filters",
                "Prepare the value in the application and pass it as a variable",
            )
