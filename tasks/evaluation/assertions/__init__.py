"""Assertion types by the name an eval set uses; each also exists as `not-<name>`."""

from __future__ import annotations

from . import (
    contains,
    contains_all,
    contains_any,
    cost,
    equals,
    finish_reason,
    is_json,
    is_refusal,
    latency,
    levenshtein,
    no_pii,
    no_secrets,
    regex,
    starts_with,
    word_count,
)
from .kind import Kind

NOT = "not-"
KINDS: dict[str, Kind] = {
    "is-json": is_json.KIND,
    "equals": equals.KIND,
    "contains": contains.KIND,
    "icontains": contains.ANY_CASE,
    "contains-any": contains_any.KIND,
    "contains-all": contains_all.KIND,
    "starts-with": starts_with.KIND,
    "regex": regex.KIND,
    "word-count": word_count.KIND,
    "levenshtein": levenshtein.KIND,
    "is-refusal": is_refusal.KIND,
    "finish-reason": finish_reason.KIND,
    "latency": latency.KIND,
    "cost": cost.KIND,
    "no-pii": no_pii.KIND,
    "no-secrets": no_secrets.KIND,
}
TYPES: tuple[str, ...] = (*KINDS, *(NOT + name for name in KINDS))


def split(type_: str) -> tuple[Kind, bool]:
    """The kind of a type, and whether it is negated. Raises KeyError."""
    negated = type_.startswith(NOT)
    return KINDS[type_.removeprefix(NOT)], negated
