"""no-secrets: the answer holds no key, token or private key."""

from __future__ import annotations

from registry.runtime.redaction import redact
from tasks.evaluation.answer import Answer
from tasks.evaluation.assertions.kind import Kind, Params, Result, binary, nothing

SECRETS = frozenset({"private_key", "secret"})


def judge(answer: Answer, params: Params) -> Result:
    found = SECRETS.intersection(redact(answer.text_at(params.path)).kinds)
    return binary(not found, f"found {', '.join(sorted(found))}" if found else "no secret")


KIND = Kind(judge, nothing)
