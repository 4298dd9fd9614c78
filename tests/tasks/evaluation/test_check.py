from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from registry.artifact import Risk
from tasks.evaluation.case import Case
from tasks.evaluation.check import Size, check
from tasks.evaluation.evalset import Library
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.remark import Remark

SIZES: Mapping[Risk, Size] = {"low": Size(0.10, 40), "medium": Size(0.05, 100), "high": Size(0.03, 100)}
SET: dict[str, Any] = {
    "name": "s",
    "prompt_use": "u",
    "description": "d",
    "source": "s",
    "licence": "CC0-1.0",
    "subsets": {"fast": {"split": "dev"}, "full": {"split": "gate"}},
    "assertions": [{"type": "is-json"}],
}


def case(name: str, split: str = "gate", **more: Any) -> Case:
    return Case.model_validate({"id": name, "split": split, "variables": {"m": name}, **more})


def remarks(*cases: Case, code: str, **changes: Any) -> list[str]:
    library = Library(EvalSet.model_validate(SET | changes), (case("dev", "dev"), *cases))
    return [remark.what for remark in check(library, SIZES) if remark.code == code]


def gate(n: int) -> list[Case]:
    return [case(f"g{number}") for number in range(n)]


def test_a_good_set_has_nothing_to_say_about_structure() -> None:
    library = Library(EvalSet.model_validate(SET), (case("dev", "dev"), *gate(600)))
    assert check(library, SIZES) == []


def test_a_cluster_across_the_split() -> None:
    cases = [case("a", "dev", cluster="k"), case("b", cluster="k"), case("c", cluster="j"), case("d", cluster="j")]
    assert remarks(*cases, code="PS-S001") == ["cluster 'k' is in dev and in gate: authors tune on what is held out"]


@pytest.mark.parametrize(
    ("splits", "code", "what"),
    [
        (("dev", "gate"), "PS-S002", "the same question is in dev and in gate: a, b"),
        (("gate", "gate"), "PS-S003", "the same question is asked 2 times: a, b"),
    ],
)
def test_the_same_question(splits: tuple[str, str], code: str, what: str) -> None:
    a = case("a", splits[0], variables={"m": "Where is it?", "l": ["x"]})
    b = case("b", splits[1], variables={"m": " where  IS it?", "l": ["X "]})
    c = case("c", splits[1], variables={"m": "Where is she?", "l": ["x"]})
    assert remarks(a, b, c, code=code) == [what]


def test_must_pass_has_to_be_deterministic() -> None:
    slow = {"type": "latency", "value": 1, "must-pass": True}
    fine = {"type": "contains", "value": "x", "must-pass": True}
    found = remarks(case("a", assert_=[slow, fine]), code="PS-S004", assertions=[slow, fine])
    assert found == [
        "latency of the set is must-pass, and differs from run to run",
        "latency of case 'a' is must-pass, and differs from run to run",
    ]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (30, {"low": "cannot pass", "medium": "cannot pass", "high": "cannot pass"}),
        (69, {"medium": "cannot pass", "high": "cannot pass"}),
        (110, {"medium": "passes rarely", "high": "passes rarely"}),
        (200, {"high": "passes rarely"}),
        (500, {}),
    ],
)
def test_sizes_are_told_early(n: int, expected: dict[str, str]) -> None:
    found = remarks(*gate(n), code="PS-S005")
    assert len(found) == len(expected)
    for sentence, (risk, says) in zip(found, expected.items(), strict=True):
        assert sentence.startswith(f"s/full ({n} cases) can reject, {says} at {risk} risk")


def test_measured_components_count() -> None:
    quiet = {"w2": 0.0, "s2": 0.001, "deff": 1.0, "measured": "2026-11-20"}
    assert remarks(*gate(69), code="PS-S005", components=quiet)[0].endswith("medium risk: 31 more cases")


def test_the_cases_that_are_missing_are_counted() -> None:
    low, *_ = remarks(*gate(30), code="PS-S005")
    assert low == "s/full (30 cases) can reject, cannot pass at low risk: 10 more cases"
    medium, _ = remarks(*gate(69), code="PS-S005")
    assert medium == "s/full (69 cases) can reject, cannot pass at medium risk: 31 more cases (66 for 80 % power)"


def test_small_intents() -> None:
    many = [case(f"m{number}", intent="refund") for number in range(20)]
    tied = [case(f"t{number}", intent="order", cluster=str(number % 5)) for number in range(20)]
    assert remarks(*many, *tied, code="PS-S006") == [
        "intent 'order' (20 cases, 5 units) is small: only a clear fall is noticed"
    ]


def test_remarks_are_in_the_order_of_their_codes() -> None:
    library = Library(EvalSet.model_validate(SET), (case("a", "dev", cluster="k"), case("b", cluster="k")))
    found = check(library, SIZES)
    assert [remark.code for remark in found] == sorted(remark.code for remark in found)
    assert found[0] == Remark("PS-S001", "error", found[0].what)
