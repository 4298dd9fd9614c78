"""PS102: the file declares a variable that no template uses."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS102"


def unused_variable(subject: Subject) -> Iterator[Finding]:
    used: set[str] = set()
    for _, message in subject.messages():
        names = subject.variables_of(message)
        if names is None:
            return
        used |= names | message.image_variables
    for name in subject.version.variables:
        if name not in used:
            yield Finding(
                CODE,
                error_from("high", subject.risk),
                subject.line("variables", name),
                f"no message uses the variable {name!r}",
                "only variables that the template uses",
                f"Use {{{{ {name} }}}} in a message, or remove it from `variables`",
            )
