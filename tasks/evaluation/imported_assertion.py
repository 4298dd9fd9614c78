"""promptfoo's assertions as ours, where one of the same name means the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from registry.importers.draft import AssertDraft
from registry.importers.notes import Notes, Refusal

from .assertion import Assertion
from .assertions import TYPES, split

_OURS = frozenset(("value", "expected", "path", "weight", "threshold", "metric"))
_MILLISECONDS = 1000
_OTHERWISE = {"levenshtein": "it counts edits there, and is a share from 0 to 1 here"}


def assertion_of(draft: AssertDraft, expected: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """The assertion as an eval set writes it. Raises Refusal for what means something else here, or nothing."""
    if draft.type not in TYPES:
        raise Refusal(draft.place, f"the assertion {draft.type!r}", "no counterpart")
    if draft.type.removeprefix("not-") in _OTHERWISE and "path" not in draft.fields:
        why = _OTHERWISE[draft.type.removeprefix("not-")]
        raise Refusal(draft.place, f"the assertion {draft.type!r}: {why}", "no counterpart")
    if split(draft.type)[0].judged:
        why = "a model decides it, and no judge is named; add it with `judge` in evalset.yaml"
        raise Refusal(draft.place, f"the assertion {draft.type!r}: {why}", "no counterpart")
    for key in sorted(draft.fields.keys() - _OURS):
        notes.add("no counterpart", draft.place, f"{key!r} of the assertion {draft.type!r}")
    fields = {key: value for key, value in draft.fields.items() if key in _OURS and value is not None}
    fields = _named(_translated(draft, fields), draft, notes)
    try:
        found = Assertion.model_validate({"type": draft.type, **fields})
    except ValidationError as error:
        said = "; ".join(problem["msg"].removeprefix("Value error, ") for problem in error.errors())
        raise Refusal(draft.place, f"the assertion {draft.type!r}: {said}") from None
    problem = found.problem(expected.get(found.expected)) if found.expected is not None else None
    if problem:
        raise Refusal(draft.place, f"the assertion with the expected {found.expected!r}: {problem}")
    return found.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _translated(draft: AssertDraft, fields: dict[str, Any]) -> dict[str, Any]:
    """The limits of latency (milliseconds there) and cost stand in `threshold` there, lists may be one text."""
    kind, value = draft.type.removeprefix("not-"), fields.get("value")
    if kind in ("latency", "cost"):
        limit = _number(fields.pop("threshold", value), draft)
        return fields | {"value": limit / _MILLISECONDS if kind == "latency" else limit}
    if (kind.startswith("contains-a") or kind == "tool-call-f1") and isinstance(value, str):
        return fields | {"value": [part.strip() for part in value.split(",")]}
    if kind in ("is-json", "contains-json") and isinstance(value, str):
        return fields | {"value": _schema(value, draft)}
    if kind == "word-count" and isinstance(value, str):
        return fields | {"value": int(_number(value, draft))}
    if kind in ("equals", "contains", "icontains", "starts-with", "regex") and isinstance(value, int | float):
        return fields | {"value": str(value).lower() if isinstance(value, bool) else str(value)}
    return fields


def _number(value: Any, draft: AssertDraft) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise Refusal(draft.place, f"the assertion {draft.type!r} has no number to compare with") from None


def _schema(text: str, draft: AssertDraft) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal(draft.place, f"the JSON Schema of {draft.type!r} is no JSON") from None


def _named(fields: dict[str, Any], draft: AssertDraft, notes: Notes) -> dict[str, Any]:
    """The family it counts in, in the letters that names have here."""
    metric = fields.get("metric")
    if metric is None:
        return fields
    slug = re.sub(r"[^a-z0-9_]+", "-", str(metric).lower()).strip("-_")
    if slug != metric:
        notes.add("changed", draft.place, f"the metric {metric!r} is written {slug!r}")
    return {key: value for key, value in fields.items() if key != "metric"} | ({"metric": slug} if slug else {})
