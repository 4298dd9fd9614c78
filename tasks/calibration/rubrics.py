"""The assertions of an eval set that a judge decides, and what makes them the same ones."""

from __future__ import annotations

from registry import behavior
from registry.errors import EvalSetError
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.assertions import NOT
from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library, Selection
from tasks.evaluation.evalset_file import EvalSet

from .label import Label

EMBEDDED = "similar"
"""Decided by a model, and by no judge: a cosine has no opinion."""


def judged_parts(evalset: EvalSet, case: Case) -> list[Assertion]:
    """Those that a judge grades or compares, of sets as well."""
    parts = [part for one in evalset.asked_of(case) for part in one.parts]
    return [part for part in parts if part.kind.judged and part.type.removeprefix(NOT) != EMBEDDED]


def rubrics_sha(of: Library | Selection) -> str | None:
    """Over what the judge is asked for, of all cases given; None when no judge is asked."""
    fields = {"type", "value", "expected", "path", "threshold"}
    parts = {part.model_dump_json(include=fields) for case in of.cases for part in judged_parts(of.evalset, case)}
    return behavior.sha(sorted(parts)) if parts else None


def meant(evalset: EvalSet, case: Case, label: Label) -> Assertion:
    """The assertion that a label speaks of. Raises EvalSetError when there is none, or more than one."""
    parts = judged_parts(evalset, case)
    found = [part for part in parts if label.metric in (None, part.family)]
    if len(found) != 1:
        names = ", ".join(repr(part.family) for part in parts) or "none"
        raise EvalSetError(
            f"the label of case {case.id!r} with metric {label.metric!r} fits {len(found)} judged assertions",
            expected=f"`metric` to name one of: {names}",
            fix="Add `metric` to the label, or give the assertions metrics of their own",
        )
    return found[0]
