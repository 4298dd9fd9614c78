"""PS107: a template uses what the sandbox does not allow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from registry.template import check
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS107"
_problems = lru_cache(maxsize=4096)(check)
"""Remembered: the versions of a prompt share most of their messages."""


def template_construct(subject: Subject) -> Iterator[Finding]:
    for index, message in subject.messages():
        for problem in _problems(message.content):
            yield Finding(
                CODE,
                Severity.ERROR,
                subject.template_line(index, problem.line),
                problem.what,
                "variables, if, for, comparisons and the listed filters",
                "Prepare the value in the application and pass it as a variable",
            )
