from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry.artifact import Output
from tasks.evaluation.answer import Answer, same
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.assertions import KINDS, TYPES
from tasks.evaluation.assertions.levenshtein import distance
from tasks.evaluation.case import Case
from tasks.evaluation.scoring import Finding, judge

ORDER = '{"order_id": "4711", "product": null, "items": [{"n": 2}, {"n": true}]}'
KEY = "sk-" + "a1B2c3D4e5F6g7H8i9J0"


def found(assertion: dict[str, Any], answer: Answer | str, **expected: Any) -> Finding:
    case = Case.model_validate({"id": "c1", "split": "dev", "variables": {}, "expected": expected})
    said = Answer(answer) if isinstance(answer, str) else answer
    return judge([Assertion.model_validate(assertion)], case, said, Output())[0]


@pytest.mark.parametrize(
    ("assertion", "text", "score"),
    [
        ({"type": "is-json"}, ORDER, 1),
        ({"type": "is-json"}, "```json\n{}\n```", 0),
        ({"type": "is-json"}, "NaN", 0),
        ({"type": "not-is-json"}, "hello", 1),
        ({"type": "is-json", "value": {"required": ["order_id"]}}, ORDER, 1),
        ({"type": "is-json", "value": {"required": ["city"]}}, ORDER, 0),
        ({"type": "is-json", "value": {"type": "array"}, "path": "items"}, ORDER, 1),
        ({"type": "equals", "value": "hello"}, " hello\n", 1),
        ({"type": "equals", "value": "hello"}, "Hello", 0),
        ({"type": "equals", "value": [1, 2]}, "[1, 2.0]", 1),
        ({"type": "equals", "value": 1}, "true", 0),
        ({"type": "equals", "value": "4711", "path": "order_id"}, ORDER, 1),
        ({"type": "equals", "value": None, "path": "product"}, ORDER, 1),
        ({"type": "equals", "value": 2, "path": "items.0.n"}, ORDER, 1),
        ({"type": "equals", "value": 1, "path": "items.1.n"}, ORDER, 0),
        ({"type": "equals", "value": 1, "path": "items.7.n"}, ORDER, 0),
        ({"type": "equals", "value": 1, "path": "city"}, ORDER, 0),
        ({"type": "not-equals", "value": 1, "path": "city"}, ORDER, 0),
        ({"type": "equals", "value": 1, "path": "city"}, "not json", 0),
        ({"type": "contains", "value": "lo w"}, "hello world", 1),
        ({"type": "not-contains", "value": "lo w"}, "hello world", 0),
        ({"type": "contains", "value": "LO"}, "hello", 0),
        ({"type": "icontains", "value": "STRASSE"}, "die Straße", 1),
        ({"type": "contains", "value": '"n": 2', "path": "items"}, ORDER, 1),
        ({"type": "contains-any", "value": ["x", "ell"]}, "hello", 1),
        ({"type": "contains-any", "value": ["x", "y"]}, "hello", 0),
        ({"type": "contains-all", "value": ["h", "e", "x", "y"]}, "hello", 0.5),
        ({"type": "not-contains-all", "value": ["h", "e", "l", "y"]}, "hello", 0.25),
        ({"type": "starts-with", "value": "he"}, "hello", 1),
        ({"type": "starts-with", "value": "lo"}, "hello", 0),
        ({"type": "regex", "value": r"\b\d{4}\b"}, "order 4711", 1),
        ({"type": "regex", "value": r"^\d+$"}, "order 4711", 0),
        ({"type": "word-count", "value": 2}, "two words", 1),
        ({"type": "word-count", "value": {"max": 1}}, "two words", 0),
        ({"type": "word-count", "value": {"min": 1, "max": 5}}, "two words", 1),
        ({"type": "levenshtein", "value": "kitten"}, "sitting", pytest.approx(4 / 7)),
        ({"type": "levenshtein", "value": "kitten"}, "kitten", 1),
        ({"type": "is-refusal"}, "I'm sorry, but I can't help with that.", 1),
        ({"type": "not-is-refusal"}, "Your order is on its way.", 1),
        ({"type": "no-pii"}, "write to ana@example.org", 0),
        ({"type": "no-pii"}, "order 4711", 1),
        ({"type": "no-secrets"}, f"use {KEY}", 0),
        ({"type": "no-secrets"}, "write to ana@example.org", 1),
        ({"type": "no-pii"}, f"use {KEY}", 1),
    ],
)
def test_scores(assertion: dict[str, Any], text: str, score: float) -> None:
    assert found(assertion, text).score == score


@pytest.mark.parametrize(
    ("assertion", "answer", "score"),
    [
        ({"type": "finish-reason", "value": "stop"}, Answer("", finish_reason="stop"), 1),
        ({"type": "finish-reason", "value": "stop"}, Answer("", finish_reason="length"), 0),
        ({"type": "finish-reason", "value": "stop"}, Answer(""), None),
        ({"type": "latency", "value": 0.5}, Answer("", latency_s=0.5), 1),
        ({"type": "latency", "value": 0.5}, Answer("", latency_s=0.6), 0),
        ({"type": "latency", "value": 0.5}, Answer(""), None),
        ({"type": "cost", "value": 0.01}, Answer("", cost_usd=0.0), 1),
        ({"type": "cost", "value": 0.01}, Answer("", cost_usd=0.02), 0),
        ({"type": "not-cost", "value": 0.01}, Answer(""), None),
    ],
)
def test_scores_of_what_came_beside_the_text(assertion: dict[str, Any], answer: Answer, score: float | None) -> None:
    assert found(assertion, answer).score == score


def test_unknown_is_an_error_and_not_a_failure() -> None:
    finding = found({"type": "cost", "value": 1}, Answer("x"))
    assert (finding.status, finding.score) == ("error", None)
    assert "no price" in finding.reason


def test_a_crash_is_an_error_that_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: Answer, __: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setitem(KINDS, "equals", type(KINDS["equals"])(crash, lambda _: None))  # type: ignore[arg-type]
    finding = found({"type": "equals", "value": 1}, "1")
    assert (finding.status, finding.score) == ("error", None)
    assert "ZeroDivisionError: oops" in finding.reason


@pytest.mark.parametrize(
    ("threshold", "status"), [(None, "failed"), (0.5, "passed"), (0.75, "failed")], ids=["default", "at", "above"]
)
def test_threshold_passes_but_keeps_the_grade(threshold: float | None, status: str) -> None:
    finding = found({"type": "contains-all", "value": ["h", "x"], "threshold": threshold}, "hello")
    assert (finding.status, finding.score) == (status, 0.5)


def test_expected_is_taken_from_the_case() -> None:
    assert found({"type": "equals", "path": "product", "expected": "product"}, ORDER, product=None).status == "passed"
    assert found({"type": "equals", "path": "product", "expected": "product"}, ORDER, product="x").status == "failed"


def test_every_type_has_its_opposite() -> None:
    assert len(TYPES) == len(set(TYPES)) == 2 * len(KINDS)


@pytest.mark.parametrize(
    ("assertion", "says"),
    [
        ({"type": "equal", "value": 1}, "'equal' is no type of assertion; .*; write equals"),
        ({"type": "not-not-equals", "value": 1}, "is no type of assertion"),
        ({"type": "equals"}, "equals needs `value` or `expected`"),
        ({"type": "equals", "value": 1, "expected": "x"}, "both `value` and `expected`"),
        ({"type": "contains", "value": 3}, "contains wants a text, found 3"),
        ({"type": "contains", "value": ""}, "contains wants a text"),
        ({"type": "contains-any", "value": "abc"}, "wants a list of texts"),
        ({"type": "contains-all", "value": []}, "wants a list of texts"),
        ({"type": "regex", "value": "("}, "wants a regular expression"),
        ({"type": "word-count", "value": {"min": 3, "max": 2}}, "wants min <= max"),
        ({"type": "word-count", "value": {}}, "wants a whole number"),
        ({"type": "word-count", "value": True}, "wants a whole number"),
        ({"type": "latency", "value": 0}, "wants a number above 0"),
        ({"type": "is-json", "value": {"type": "objekt"}}, "wants a JSON Schema"),
        ({"type": "is-refusal", "value": "x"}, "is-refusal takes no value"),
        ({"type": "equals", "value": 1, "weight": 0}, "greater than 0"),
        ({"type": "equals", "value": 1, "must_passed": True}, "Extra inputs"),
    ],
)
def test_refuses_what_makes_no_sense(assertion: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Assertion.model_validate(assertion)


@pytest.mark.parametrize(
    ("left", "right", "edits"), [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("flaw", "lawn", 2), ("a", "a", 0)]
)
def test_distance(left: str, right: str, edits: int) -> None:
    assert distance(left, right) == edits


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": [1]}, {"a": [True]}, False),
        ({"a": 1}, {"b": 1}, False),
        ([1], [1, 2], False),
        (None, None, True),
        ("1", 1, False),
    ],
)
def test_same(left: Any, right: Any, equal: bool) -> None:
    assert same(left, right) is equal
