"""promptfoo's assertions, as mappings and as the cells of a CSV's `__expected` columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .draft import AssertDraft
from .notes import Notes, Place, Refusal
from .promptfoo_values import file_value, filled, reference_of
from .source import CODE, Folder, suffix_of
from .tree import Node

CODE_TYPES = frozenset(("javascript", "python", "ruby", "webhook"))
_LISTS = frozenset(("contains-all", "contains-any", "icontains-all", "icontains-any"))
_TYPES = CODE_TYPES | _LISTS | frozenset((
    "answer-relevance", "bleu", "classifier", "contains", "contains-html", "contains-json", "contains-sql",
    "contains-xml", "context-faithfulness", "context-recall", "context-relevance", "conversation-relevance", "cost",
    "equals", "factuality", "finish-reason", "g-eval", "gleu", "guardrails", "icontains", "is-html", "is-json",
    "is-refusal", "is-sql", "is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call",
    "is-xml", "latency", "levenshtein", "llm-rubric", "meteor", "model-graded-closedqa", "model-graded-factuality",
    "moderation", "no-pii", "no-secrets", "perplexity", "perplexity-score", "pi", "regex", "rouge-n", "select-best",
    "similar", "starts-with", "tool-call-f1", "trajectory", "word-count",
))  # fmt: skip
_CELL = re.compile(r"(not-)?([a-z0-9-]+)(?:\((\d+(?:\.\d+)?)\))?(?::([\s\S]*))?")


def of_node(node: Node, folder: Folder, notes: Notes) -> list[AssertDraft]:
    """One entry of `assert`. Raises Refusal for code and for what needs it."""
    told = node.value
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        raise Refusal(node.place, "an assertion is a mapping with a type")
    kind = told["type"]
    if kind == "assert-set":
        raise Refusal(node.place, "'assert-set' has no counterpart: write its assertions one by one", "no counterpart")
    _refuse_code(kind, told, node.place)
    fields = {key: value for key, value in told.items() if key != "type"}
    if "value" in fields:
        fields["value"] = file_value(fields["value"], node.place, folder)
    return [AssertDraft(node.place, kind, fields)]


def _refuse_code(kind: str, told: Mapping[str, Any], place: Place) -> None:
    value = told.get("value")
    if kind.removeprefix("not-") in CODE_TYPES:
        raise Refusal(place, f"the assertion {kind!r} is code: it was not run", "code")
    if isinstance(value, str) and value.startswith("file://") and suffix_of(value) in CODE:
        raise Refusal(place, f"the assertion {kind!r} compares with {value!r}, which is code: it was not run", "code")
    for key in ("transform", "contextTransform"):
        if key in told:
            raise Refusal(place, f"{key!r} of the assertion {kind!r} is code: it was not run", "code")


def of_cell(text: str, place: Place) -> AssertDraft:
    """`contains: Paris`, `similar(0.8): Paris`, or a text that the answer has to be. Raises Refusal for code."""
    if re.match(r"(javascript|fn|eval|python|ruby|webhook):", text):
        raise Refusal(place, f"the assertion {text.partition(':')[0]!r} is code: it was not run", "code")
    if text.startswith("file://"):
        raise Refusal(place, f"{text!r} is code or a file that a cell names: it was not read", "code")
    text = "llm-rubric:" + text.removeprefix("grade:") if text.startswith("grade:") else text
    found = _CELL.fullmatch(text.strip())
    if found is None or found.group(2) not in _TYPES:
        return AssertDraft(place, "equals", {"value": text.strip()})
    negated, kind, threshold, value = found.groups()
    fields: dict[str, Any] = {"threshold": float(threshold)} if threshold else {}
    if value is not None and value.strip():
        fields["value"] = [part.strip() for part in value.split(",")] if kind in _LISTS else value.strip()
    return AssertDraft(place, f"{negated or ''}{kind}", fields)


def about(drafts: list[AssertDraft], values: Mapping[str, Any], notes: Notes) -> tuple[list[AssertDraft], list[str]]:
    """The assertions with the values of one test, and the names of the variables that answers are compared with."""
    found, names = [], []
    for draft in drafts:
        name = reference_of(draft.fields.get("value"))
        try:
            if name is not None and name in values:
                names.append(name)
                fields = {key: value for key, value in draft.fields.items() if key != "value"} | {"expected": name}
            else:
                fields = filled(draft.fields, values, draft.place)
            found.append(draft._replace(fields=fields))
        except Refusal as refusal:
            notes.refuse(refusal, f"assertion {draft.type!r}")
    return found, names
