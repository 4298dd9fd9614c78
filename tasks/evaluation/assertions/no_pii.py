"""no-pii: the answer holds no personal data (mail addresses, phone and card numbers, IBANs...)."""

from __future__ import annotations

from registry.runtime.redaction import redact
from tasks.evaluation.answer import Answer
from tasks.evaluation.assertions.kind import Kind, Params, Result, binary, nothing
from tasks.evaluation.assertions.no_secrets import SECRETS


def judge(answer: Answer, params: Params) -> Result:
    found = set(redact(answer.text_at(params.path)).kinds) - SECRETS
    return binary(not found, f"found {', '.join(sorted(found))}" if found else "no personal data")


KIND = Kind(judge, nothing)
