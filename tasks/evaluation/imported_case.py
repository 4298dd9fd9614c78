"""One imported case as a line of cases.jsonl."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from registry import behavior
from registry.importers.draft import CaseDraft
from registry.importers.notes import Notes, Refusal
from registry.message import Variable
from registry.values import completed

from .case import Case


def case_of(
    draft: CaseDraft,
    asserts: list[dict[str, Any]],
    reads: frozenset[str] | None,
    declared: Mapping[str, Variable] | None,
    notes: Notes,
) -> dict[str, Any]:
    """The case without id, cluster and split. `reads` and `declared` are the variables of its prompt, None = not
    known. Raises Refusal."""
    variables = _variables(draft, reads, declared or {}, notes)
    fields = {
        "intent": _intent(draft, notes),
        **({"tags": list(draft.tags)} if draft.tags else {}),
        "variables": variables,
        **({"expected": draft.expected} if draft.expected else {}),
        "assert": asserts,
        **({"note": draft.note} if draft.note else {}),
    }
    _check(draft, fields)
    if declared is not None:
        _fits(draft, declared, variables)
    return fields


def _variables(
    draft: CaseDraft, reads: frozenset[str] | None, declared: Mapping[str, Variable], notes: Notes
) -> dict[str, Any]:
    """Those that the prompt reads, as text where it declares nothing else."""
    found: dict[str, Any] = {}
    for name, value in draft.variables.items():
        if reads is not None and name not in reads:
            if name not in draft.expected:
                notes.add("no counterpart", draft.place, f"the variable {name!r}, which no prompt reads")
            continue
        found[name] = _value(name, value, draft, declared, notes)
    missing = sorted((reads or frozenset()) - found.keys() - {name for name, one in declared.items() if _has(one)})
    if missing:
        raise Refusal(draft.place, f"it gives no value for {', '.join(missing)}, which the prompt reads")
    return found


def _has(variable: Variable) -> bool:
    return "default" in variable.model_fields_set


def _value(name: str, value: Any, draft: CaseDraft, declared: Mapping[str, Variable], notes: Notes) -> Any:
    kind = declared[name].type if name in declared else "array" if isinstance(value, list) else "string"
    if isinstance(value, dict):
        raise Refusal(draft.place, f"the variable {name!r} is an object: make each of its texts a variable")
    if isinstance(value, str) or kind != "string":
        return value
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    notes.add("changed", draft.place, f"the variable {name!r} is written as text, as a template prints it")
    return text


def _intent(draft: CaseDraft, notes: Notes) -> str:
    if draft.intent is None:
        return "other"
    slug = re.sub(r"[^a-z0-9_]+", "-", draft.intent.lower()).strip("-_") or "other"
    if slug != draft.intent:
        notes.add("changed", draft.place, f"the intent {draft.intent!r} is written {slug!r}")
    return slug


def _check(draft: CaseDraft, fields: dict[str, Any]) -> None:
    try:
        Case.model_validate({"id": "c", "split": "dev", **fields}).model_dump_json()
        behavior.sha(fields)
    except ValidationError as error:
        raise Refusal(draft.place, "; ".join(problem["msg"] for problem in error.errors())) from None
    except ValueError:
        raise Refusal(draft.place, "it holds half a character, or a number too large for JSON") from None


def _fits(draft: CaseDraft, declared: Mapping[str, Variable], variables: dict[str, Any]) -> None:
    wrong = completed(declared, variables)[1]
    if wrong:
        raise Refusal(draft.place, "; ".join(wrong))
