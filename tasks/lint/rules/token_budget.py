"""PS123: a request does not fit into the model's context, or may not when its variables are long (estimated)."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.budget import Budget, budget, context_of
from tasks.lint.finding import Finding, Severity, error_from
from tasks.lint.subject import Subject

CODE = "PS123"


def token_budget(subject: Subject) -> Iterator[Finding]:
    version = subject.version
    needed = budget(version, subject.policy_text)
    for name in dict.fromkeys((version.model, *version.fallbacks)):
        model = subject.models.get(name)
        context = context_of(model) if model else None
        if context is not None:
            yield from _judged(subject, name, needed, context)


def _judged(subject: Subject, name: str, needed: Budget, context: int) -> Iterator[Finding]:
    least, largest = needed.fixed + needed.answer, needed.fixed + needed.answer + (needed.variables or 0)
    if largest <= context:
        return
    always = least > context
    what = f"about {needed.fixed} tokens of text and up to {needed.answer} of answer"
    more = "" if always else f" and up to {needed.variables} of variables"
    yield Finding(
        CODE,
        Severity.ERROR if always else error_from("high", subject.risk),
        subject.line("decoding") if always else subject.line("variables"),
        f"{what}{more} do not fit into the {context} tokens of {name!r}",
        "text, variables and answer within the model's context",
        "Shorten the text or the answer" if always else "Lower maxLength, or take a model with a larger context",
    )
