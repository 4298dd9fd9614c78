"""PS108: text from outside stands where the model reads instructions.

That is a system or assistant message, or a user message where nothing shows which part is data. A user message that is
nothing but the variable needs no delimiter: the message is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.message import Message
from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.insertion import insertions
from tasks.lint.subject import Subject

CODE = "PS108"


def untrusted_text(subject: Subject) -> Iterator[Finding]:
    for index, message in subject.messages():
        for insertion in insertions(message.content, subject.outside):
            if message.role != "user":
                yield _in_instructions(message, insertion.name, subject.template_line(index, insertion.line))
            elif not insertion.delimited:
                yield _bare(subject, insertion.name, subject.template_line(index, insertion.line))


def _in_instructions(message: Message, name: str, line: int | None) -> Finding:
    return Finding(
        CODE,
        Severity.ERROR,
        line,
        f"the untrusted variable {name!r} stands in a message of role {message.role!r}",
        "untrusted text in user messages only",
        f"Move {{{{ {name} }}}} into a user message",
    )


def _bare(subject: Subject, name: str, line: int | None) -> Finding:
    return Finding(
        CODE,
        error_from("high", subject.risk),
        line,
        f"nothing around the untrusted variable {name!r} shows where it begins and ends",
        "a delimiter before and after it",
        f"Write <{name}>{{{{ {name} }}}}</{name}>, and tell the model what the tag means",
    )
