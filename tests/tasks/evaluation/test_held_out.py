from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.held_out import held_out

SET: dict[str, Any] = {
    "name": "s", "prompt_use": "u", "description": "d", "source": "s", "licence": "CC0-1.0",
    "subsets": {"full": {"split": "gate"}}, "assertions": [{"type": "is-json"}],
}  # fmt: skip


def case(name: str, text: str, split: str = "gate", **more: Any) -> Case:
    return Case.model_validate({"id": name, "split": split, "variables": {"m": text}, "tags": ["adversarial"], **more})


def remarks(*cases: Case, code: str, prompts: Mapping[str, str] | None = None) -> list[str]:
    library = Library(EvalSet.model_validate(SET), cases)
    return [remark.what for remark in held_out(library, prompts or {}) if remark.code == code]


LAMP = "Where is my desk lamp, order A-{}? It has not come for two weeks."


def test_near_duplicates_across_the_split() -> None:
    told = [case("d", LAMP.format(10482), "dev"), case("g", LAMP.format(20733)), case("h", "Please close my account.")]
    (what,) = remarks(*told, code="PS-S007")
    assert what.startswith("1 gate cases are worded nearly as a dev case: g and d (0.")


def test_what_others_say_is_not_said_again() -> None:
    tied = [case("d", LAMP.format(1), "dev", cluster="k"), case("g", LAMP.format(2), cluster="k")]
    same = [case("d", LAMP.format(1), "dev"), case("g", LAMP.format(1).upper())]
    assert remarks(*tied, code="PS-S007") == remarks(*same, code="PS-S007") == []


def test_many_pairs_are_counted_and_five_shown() -> None:
    told = [
        case(f"{split[0]}{n}", LAMP.format(10 * n + len(split)), split) for n in range(8) for split in ("dev", "gate")
    ]
    (what,) = remarks(*told, code="PS-S007")
    assert what.startswith("8 gate cases")
    assert "and 3 more" in what


@pytest.mark.parametrize(
    ("left", "right", "conflict"),
    [
        ({"expected": {"a": 1}}, {"expected": {"a": 2}}, True),
        ({"expected": {"a": 1}}, {"expected": {"a": 1}}, False),
        ({"assert": [{"type": "equals", "value": 1}]}, {"assert": [{"type": "equals", "value": 2}]}, True),
        ({"expected": {"a": 1}}, {"expected": {"a": 2}, "turns": ["And now?"]}, False),
    ],
)
def test_label_conflicts(left: dict[str, Any], right: dict[str, Any], conflict: bool) -> None:
    found = remarks(case("a", "Where is it?", **left), case("b", "where is  it?", **right), code="PS-S008")
    assert found == (["the same question is expected to have different answers: a, b"] if conflict else [])


def test_gate_cases_in_a_prompt() -> None:
    prompts = {"p@v1": f"Example:\n{LAMP.format(7).upper()}\nWhere is it?", "p@v2": "Nothing of the kind."}
    told = [case("g", LAMP.format(7)), case("short", "Where is it?"), case("d", LAMP.format(7) + " Now.", "dev")]
    assert remarks(*told, code="PS-S009", prompts=prompts) == [
        "p@v1 has the text of 1 gate cases: g; what it was shown proves nothing"
    ]


def test_the_share_of_adversarial_cases() -> None:
    told = [case(f"g{n}", f"Message {n}", tags=["adversarial"] if n == 0 else []) for n in range(30)]
    assert remarks(*told, code="PS-S010") == [
        "1 of 30 gate cases are tagged adversarial: what attacks do to a version stays unseen"
    ]
    assert remarks(*told[:20], code="PS-S010") == []
