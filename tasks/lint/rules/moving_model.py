"""PS121: the model is an alias that its provider may point elsewhere: the behavior would change without a release."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry.models import Model
from tasks.lint.finding import Finding, error_from
from tasks.lint.subject import Subject

CODE = "PS121"

_DATED = frozenset(
    ("anthropic", "azure", "bedrock", "cohere", "deepseek", "gemini", "google", "mistral", "openai", "vertex_ai", "xai")
)
_PIN = re.compile(r"(?:19|20)\d{2}-?\d{2}(?:-?\d{2})?(?!\d)|-\d{3,4}(?:$|[@:-])|@\d|-v\d+:\d+$")
_MOVES = re.compile(r"(?:^|[-_:/@])(?:latest|stable|current|default|main|head)$", re.IGNORECASE)


def moving_model(subject: Subject) -> Iterator[Finding]:
    yield from _judged(subject, subject.version.model, "model")
    for at, name in enumerate(subject.version.fallbacks):
        yield from _judged(subject, name, "fallbacks", at)


def _judged(subject: Subject, name: str, *path: str | int) -> Iterator[Finding]:
    model = subject.models.get(name)
    if model and moves(model):
        yield Finding(
            CODE,
            error_from("medium", subject.risk),
            subject.line(*path),
            f"the model {name!r} is {model.key}, which its provider may change",
            "a model id with its date, or a revision",
            "Look up which dated id it stands for today, and pin that in registry/models.yaml",
        )


def moves(model: Model) -> bool:
    """Whether nothing in the id fixes it: no date or build number at a provider that gives them, no revision."""
    if model.revision:
        return False
    undated = model.provider.lower() in _DATED and not _PIN.search(model.model)
    return undated or bool(_MOVES.search(model.model))
