"""PS131: a message holds an image that the model does not take, or whose variable cannot bring its URL."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS131"


def image_reference(subject: Subject) -> Iterator[Finding]:
    for index, message in subject.messages():
        if not message.images:
            continue
        yield from _not_taken(subject, subject.line("messages", index, "images"))
        for at, image in enumerate(message.images):
            if image.variable:
                yield from _not_brought(subject, image.variable, subject.line("messages", index, "images", at))


def _not_taken(subject: Subject, line: int | None) -> Iterator[Finding]:
    for name in dict.fromkeys((subject.version.model, *subject.version.fallbacks)):
        model = subject.models.get(name)
        if model and not model.images:
            fix = "Take another model, or set `images: true` in registry/models.yaml if it does take them"
            expected = "images only where the model and every fallback take them"
            yield Finding(CODE, Severity.ERROR, line, f"the model {name!r} takes no images", expected, fix)


def _not_brought(subject: Subject, name: str, line: int | None) -> Iterator[Finding]:
    variable = subject.version.variables.get(name)
    if variable is None:
        found, fix = f"the image's variable {name!r} is not declared", f"Declare {name!r} under `variables`"
    elif variable.type != "string":
        found, fix = f"the image's variable {name!r} is of type {variable.type!r}", "Give it the type string"
    else:
        return
    yield Finding(CODE, Severity.ERROR, line, found, "a declared variable of type string, for its https URL", fix)
