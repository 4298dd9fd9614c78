"""PS122: the model is retired, or will be before this version has lived long."""

from __future__ import annotations

from collections.abc import Iterator

from registry.models import Model
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS122"

NEAR_DAYS = 60
"""Time to test and release a successor."""


def model_retirement(subject: Subject) -> Iterator[Finding]:
    entries = [(subject.version.model, subject.line("model"))]
    entries += [(name, subject.line("fallbacks", at)) for at, name in enumerate(subject.version.fallbacks)]
    for name, line in entries:
        model = subject.models.get(name)
        if model and (finding := _finding(subject, name, model, line)):
            yield finding


def _finding(subject: Subject, name: str, model: Model, line: int | None) -> Finding | None:
    if subject.now is None or model.retires is None:
        return None
    days = (model.retires - subject.now.date()).days
    if days > NEAR_DAYS:
        return None
    when = f"was retired on {model.retires}" if days <= 0 else f"retires on {model.retires}, in {days} days"
    severity = Severity.ERROR if days <= 0 else Severity.WARNING
    fix = "Move the prompt to a model that stays, as a version of its own"
    return Finding(
        CODE, severity, line, f"the model {name!r} {when}", f"a model with more than {NEAR_DAYS} days left", fix
    )
