"""PS122: the model is retired, or will be before this version has lived long."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS122"

NEAR_DAYS = 60
"""Time to test and release a successor."""


def model_retirement(subject: Subject) -> Iterator[Finding]:
    yield from _judged(subject, subject.version.model, "model")
    for at, name in enumerate(subject.version.fallbacks):
        yield from _judged(subject, name, "fallbacks", at)


def _judged(subject: Subject, name: str, *path: str | int) -> Iterator[Finding]:
    model = subject.models.get(name)
    if model is None or model.retires is None or subject.now is None:
        return
    days = (model.retires - subject.now.date()).days
    if days > NEAR_DAYS:
        return
    when = f"was retired on {model.retires}" if days <= 0 else f"retires on {model.retires}, in {days} days"
    severity = Severity.ERROR if days <= 0 else Severity.WARNING
    expected, fix = f"a model with more than {NEAR_DAYS} days left", "Move to a model that stays, in its own version"
    yield Finding(CODE, severity, subject.line(*path), f"the model {name!r} {when}", expected, fix)
