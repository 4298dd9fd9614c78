"""What went wrong with a call, in our words: may it pass, or not? No key gets into a message."""

from __future__ import annotations

import os

from ...errors import ModelRejected, ModelUnavailable
from ...models import Model
from ..redaction import redact

TRANSIENT = frozenset({408, 409, 425, 429})


def key_of(model: Model) -> str | None:
    """The key's value, None when the model needs none. Raises ModelRejected naming the variable that is not set."""
    variable = model.reach.key_variable
    if variable is None:
        return None
    if value := os.environ.get(variable, ""):
        return value
    raise rejected(model, f"the variable {variable} is not set", fix=f"Set {variable} to a key of {model.provider}")


def is_transient(status: int | None) -> bool:
    """By HTTP status; None, no answer at all, is transient."""
    return status is None or status in TRANSIENT or status >= 500


def failed(
    model: Model, status: int | None, why: str, retry_after_s: float | None = None
) -> ModelUnavailable | ModelRejected:
    """The error for this status, to be raised."""
    if is_transient(status):
        return unavailable(model, why, retry_after_s)
    return rejected(model, why, fix="Correct the request, the model's entry in models.yaml, or the key")


def unavailable(model: Model, why: str, retry_after_s: float | None = None) -> ModelUnavailable:
    error = ModelUnavailable(
        f"{model.key} cannot answer now: {why}",
        expected="an answer",
        fix="Try again later" if retry_after_s is None else f"Try again in {retry_after_s:g} s",
    )
    error.retry_after_s = retry_after_s
    return error


def rejected(model: Model, why: str, *, fix: str) -> ModelRejected:
    return ModelRejected(f"{model.key} does not answer: {why}", expected="a request that the model accepts", fix=fix)


def scrub(text: str, key: str | None) -> str:
    """Without the key, other secrets and personal data, and not longer than a message may be."""
    return redact(text.replace(key, "***") if key else text).text[:500]


def seconds(header: str | None) -> float | None:
    """A retry-after header in seconds; its date form is not used by any provider here."""
    try:
        return None if header is None else max(0.0, float(header))
    except ValueError:
        return None
