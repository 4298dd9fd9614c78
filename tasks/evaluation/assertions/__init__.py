"""Assertion types by the name an eval set uses; each also exists as `not-<name>`."""

from __future__ import annotations

from . import (
    assert_set,
    contains,
    contains_all,
    contains_any,
    contains_json,
    cost,
    equals,
    finish_reason,
    is_json,
    is_refusal,
    is_valid_function_call,
    is_xml,
    latency,
    levenshtein,
    llm_rubric,
    no_pii,
    no_prompt_leak,
    no_secrets,
    own,
    pairwise,
    regex,
    similar,
    starts_with,
    tool_call_f1,
    trajectory_tool_args_match,
    trajectory_tool_sequence,
    trajectory_tool_used,
    word_count,
)
from .kind import Kind

NOT = "not-"
SET = "assert-set"
PAIRWISE = "pairwise"
KINDS: dict[str, Kind] = {
    "is-json": is_json.KIND,
    "contains-json": contains_json.KIND,
    "is-xml": is_xml.KIND,
    "equals": equals.KIND,
    "contains": contains.KIND,
    "icontains": contains.ANY_CASE,
    "contains-any": contains_any.KIND,
    "contains-all": contains_all.KIND,
    "starts-with": starts_with.KIND,
    "regex": regex.KIND,
    "word-count": word_count.KIND,
    "levenshtein": levenshtein.KIND,
    "similar": similar.KIND,
    "is-refusal": is_refusal.KIND,
    "finish-reason": finish_reason.KIND,
    "latency": latency.KIND,
    "cost": cost.KIND,
    "is-valid-function-call": is_valid_function_call.KIND,
    "tool-call-f1": tool_call_f1.KIND,
    "trajectory:tool-used": trajectory_tool_used.KIND,
    "trajectory:tool-sequence": trajectory_tool_sequence.KIND,
    "trajectory:tool-args-match": trajectory_tool_args_match.KIND,
    "llm-rubric": llm_rubric.KIND,
    PAIRWISE: pairwise.KIND,
    SET: assert_set.KIND,
    "no-pii": no_pii.KIND,
    "no-secrets": no_secrets.KIND,
    "no-prompt-leak": no_prompt_leak.KIND,
}
TYPES: tuple[str, ...] = (*KINDS, *(NOT + name for name in KINDS))
"""Those that every installation has; a team's own come beside them (`own`)."""


def split(type_: str) -> tuple[Kind, bool]:
    """The kind of a type, and whether it is negated. Raises KeyError, and SettingsError for one that does not load."""
    negated = type_.startswith(NOT)
    name = type_.removeprefix(NOT)
    return (KINDS[name] if name in KINDS else own.kind(name)), negated


def known(type_: str) -> bool:
    return type_ in TYPES or type_.removeprefix(NOT) in own.declared()
