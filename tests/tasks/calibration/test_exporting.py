from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tasks.calibration.exporting import Line, Said, to_label
from tasks.calibration.label import Label
from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library
from tasks.evaluation.evalset_file import EvalSet

TOLD: dict[str, Any] = {
    "name": "s", "prompt_use": "u", "description": "d", "source": "s", "licence": "CC0-1.0",
    "subsets": {"dev": {"split": "dev"}}, "judge": {"rubric": "j@v1", "pairwise": "j@v1"},
}  # fmt: skip
ANSWERS = [Said(f"c{number}", arm, f"{arm} says {number}") for number in range(6) for arm in ("bv_a", "bv_b")]
KIND = {"type": "llm-rubric", "value": "kind", "metric": "kind"}


def lines(*asserted: dict[str, Any], live: str | None = None, sample: int | None = None) -> list[Line]:
    told = {"split": "dev", "variables": {"message": "hi"}, "expected": {"best": "hello"}}
    cases = tuple(Case.model_validate({"id": f"c{number}", **told}) for number in range(6))
    library = Library(EvalSet.model_validate(TOLD | {"assertions": list(asserted)}), cases)
    return to_label(library, [*ANSWERS, *ANSWERS, Said("x", "bv_a", "?")], live, sample, Random(1))


def test_every_answer_once_in_an_order_of_chance() -> None:
    found = lines(KIND)
    assert found != sorted(found, key=str)
    assert sorted((line["case"], line["arm"], line["answer"]) for line in found) == sorted(ANSWERS)
    assert {line["good"] for line in found} == {None}
    assert found[0].keys() == {"case", "question", "reference", "answer", "good", "arm"}
    assert (found[0]["question"], found[0]["reference"]) == ("hi", "hello")


def test_a_line_with_a_persons_word_is_a_label() -> None:
    assert [Label.model_validate({**line, "good": True}).good for line in lines(KIND)] == [True] * 12


def test_a_sample_is_of_cases_with_all_their_answers() -> None:
    found = lines(KIND, sample=2)
    assert (len(found), len({line["case"] for line in found})) == (4, 2)
    assert found == lines(KIND, sample=2)


@pytest.mark.parametrize(("asserted", "count"), [((), 12), ((KIND, {**KIND, "metric": "true"}), 24)])
def test_a_line_for_each_judged_assertion(asserted: tuple[dict[str, Any], ...], count: int) -> None:
    found = lines(*asserted)
    assert len(found) == count
    assert {line.get("metric") for line in found} == ({"kind", "true"} if asserted else {None})


def test_what_is_compared_with_live_comes_with_lives_answer() -> None:
    found = lines({"type": "pairwise"}, live="bv_b")
    assert {(line["case"], line["arm"], line["against"]) for line in found} == {
        (f"c{number}", "bv_a", f"bv_b says {number}") for number in range(6)
    }
