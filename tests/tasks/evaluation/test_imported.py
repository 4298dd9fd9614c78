from __future__ import annotations

from typing import Any

import pytest

from registry.errors import EvalSetError
from registry.importers.draft import AssertDraft, CaseDraft, ImportedCases
from registry.importers.notes import Place
from registry.message import Variable
from tasks.evaluation.imported import Assembled, NothingLeft, Told, assemble

TOLD = Told("a-set", "a.use", "A set.", "a.csv", "unknown")


def ask(type_: str = "equals", **fields: Any) -> AssertDraft:
    return AssertDraft(Place("a.csv", 9), type_, fields or {"value": "x"})


def case(number: int, *asserts: AssertDraft, **fields: Any) -> CaseDraft:
    known: dict[str, Any] = {"variables": {"q": f"question {number}"}}
    return CaseDraft(Place("a.csv", number), asserts=asserts or (ask(),), **known | fields)


def made(
    *cases: CaseDraft, variables: dict[str, Variable] | None = None, reads: frozenset[str] | None = None
) -> Assembled:
    return assemble(ImportedCases(cases, (), reads), TOLD, variables)


def kept(draft: AssertDraft, **fields: Any) -> dict[str, Any]:
    """The assertion as the eval set has it, between two cases that are fine."""
    found = made(case(1, draft, **fields), case(2), case(3))
    (mine,) = (one for one in found.cases if one["variables"]["q"] == "question 1")
    (assertion,) = mine["assert"]
    assert isinstance(assertion, dict)
    return assertion


@pytest.mark.parametrize(("draft", "expected"), [
    (ask("contains", value="a"), {"value": "a"}), (ask("not-icontains", value="a"), {"value": "a"}),
    (ask("latency", threshold=2500), {"value": 2.5}), (ask("cost", threshold=0.01), {"value": 0.01}),
    (ask("contains-any", value="a, b"), {"value": ["a", "b"]}), (ask("contains-all", value=["a"]), {"value": ["a"]}),
    (ask("is-json", value='{"type": "object"}'), {"value": {"type": "object"}}),
    (ask("contains-json", value='{"type": "object"}'), {"value": {"type": "object"}}),
    (ask("tool-call-f1", value="find, mail"), {"value": ["find", "mail"]}),
    (ask("is-json", weight=2), {"weight": 2.0}),
    (ask("word-count", value="5"), {"value": 5}), (ask("equals", value=4), {"value": "4"}),
    (ask("regex", value="a+", metric="My metric"), {"value": "a+", "metric": "my-metric"}),
])  # fmt: skip
def test_assertions_of_the_same_name(draft: AssertDraft, expected: dict[str, Any]) -> None:
    assert kept(draft) == {"type": draft.type, **expected}


@pytest.mark.parametrize(("draft", "why"), [
    (ask("llm-rubric-of-theirs", value="x"), "llm-rubric-of-theirs"), (ask("similar-of-theirs", value="x"), "similar"),
    (ask("llm-rubric", value="x"), "no judge is named"), (ask("not-similar", value="x"), "no judge is named"),
    (ask("levenshtein", threshold=5, value="x"), "edits"), (ask("regex", value="(?<n>a)"), "regular expression"),
    (ask("equals", value="x", weight=0), "greater than 0"), (ask("contains", value=""), "a text"),
    (ask("latency", x=1), "no number"),
    (ask("is-json", value="{"), "no JSON"), (ask("equals", value="x", threshold=7), "less than or equal"),
])  # fmt: skip
def test_assertions_that_are_left_out_with_their_case(draft: AssertDraft, why: str) -> None:
    found = made(case(1, draft), case(2), case(3))
    assert len(found.cases) == 2
    assert [note for note in found.notes if why in note.what]
    assert [note.place.line for note in found.notes if note.what.startswith("case: nothing is expected")] == [1]


@pytest.mark.parametrize(("variables", "why"), [
    ({"q": {"a": 1}}, "an object"), ({"q": "\ud800"}, "half a character|string"), ({}, "no value for q"),
    ({"q": "a", "n": "x"}, "found str"),
])  # fmt: skip
def test_cases_that_the_prompt_cannot_take(variables: dict[str, Any], why: str) -> None:
    declared = {"q": Variable(type="string"), "n": Variable.model_validate({"type": "integer", "default": 1})}
    found = made(case(1, variables=variables), case(2), case(3), variables=declared, reads=frozenset(declared))
    assert len(found.cases) == 2
    assert any(one in note.what for note in found.notes for one in why.split("|") if note.place.line == 1)


def test_values_are_as_the_prompt_declares_them() -> None:
    values = {"q": 4, "on": True, "none": None, "n": 3, "xs": ["a"], "other": "x"}
    declared = {"n": Variable(type="integer"), "xs": Variable(type="array")} | {
        name: Variable(type="string") for name in ("q", "on", "none")
    }
    both = (case(1, variables=values), case(2, variables=values | {"q": "two"}))
    found = made(*both, variables=declared, reads=frozenset(declared))
    assert found.cases[0]["variables"] == {"q": "4", "on": "true", "none": "", "n": 3, "xs": ["a"]}
    assert "the variable 'other', which no prompt reads" in {note.what for note in found.notes}


def test_ids_clusters_and_what_every_case_is_asked() -> None:
    found = made(
        case(1, ask(), ask("contains", value="one"), id="one"),
        case(2, id="no id"),
        case(3, id="twice", cluster="mine"),
        case(4, id="twice", variables={"q": "Question  3"}),
    )
    assert [one["id"] for one in found.cases] == ["one", "c0002", "c0003", "c0004"]
    assert [one.get("cluster") for one in found.cases] == [None, None, "mine", "like-c0003"]
    assert found.evalset["assertions"] == [{"type": "equals", "value": "x"}]
    assert [one.get("assert") for one in found.cases] == [[{"type": "contains", "value": "one"}], None, None, None]
    assert found.library.evalset.name == "a-set"


@pytest.mark.parametrize("cases", [
    (), (case(1),), (case(1), case(1)), (case(1, cluster="x"), case(2, cluster="x")), (case(1), case(2, ask("theirs"))),
])  # fmt: skip
def test_too_little_is_left(cases: tuple[CaseDraft, ...]) -> None:
    with pytest.raises(NothingLeft):
        made(*cases)


def test_what_the_set_itself_gets_wrong_is_an_error() -> None:
    with pytest.raises(EvalSetError, match="name"):
        assemble(ImportedCases((case(1), case(2)), ()), TOLD._replace(name="A Set"))
