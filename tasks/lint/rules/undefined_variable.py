"""PS101: a template uses a variable that the file does not declare."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.nearest import did_you_mean
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS101"


def undefined_variable(subject: Subject) -> Iterator[Finding]:
    declared = subject.version.variables
    for index, message in subject.messages():
        for name in sorted((subject.variables_of(message) or set()) - set(declared)):
            line = subject.template_line(index, _line_of(name, message.content))
            yield Finding(
                CODE,
                Severity.ERROR,
                line,
                f"the template uses {name!r}, which is not declared",
                "every variable of the template under `variables`",
                did_you_mean(name, declared, f"Declare {name!r} under `variables`, or remove it from the template"),
                _column_of(name, subject.lines[line - 1]) if line else None,
            )


def _line_of(name: str, template: str) -> int:
    """The line of the first tag with this word, 1 when there is none."""
    for tag in re.finditer(r"\{[{%].*?[}%]\}", template, re.DOTALL):
        if found := re.search(rf"\b{re.escape(name)}\b", tag.group()):
            return template.count("\n", 0, tag.start() + found.start()) + 1
    return 1


def _column_of(name: str, line: str) -> int | None:
    """Where a tag of this line has the word, None when the tag begins on another line or in a snippet."""
    found = re.search(rf"\{{[{{%][^}}]*?\b({re.escape(name)})\b", line)
    return found.start(1) + 1 if found else None
