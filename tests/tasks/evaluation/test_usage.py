from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.usage import Usage, Wear, remarks, wear

TODAY = date(2026, 11, 21)
SET: dict[str, Any] = {
    "name": "s", "prompt_use": "u", "description": "d", "source": "s", "licence": "CC0-1.0",
    "subsets": {"full": {"split": "gate"}}, "assertions": [{"type": "is-json"}],
}  # fmt: skip


def library(*ages: int | None) -> Library:
    """Gate cases of these ages in days."""
    cases = [
        Case.model_validate({
            "id": f"g{n}", "split": "gate", "variables": {}, "added": None if age is None else TODAY - timedelta(age),
        })
        for n, age in enumerate(ages)
    ]  # fmt: skip
    return Library(EvalSet.model_validate(SET), tuple(cases))


@pytest.mark.parametrize(
    ("ages", "first", "expected"),
    [
        ((None, None), None, Wear(3, None, None)),
        ((None, None), 12, Wear(3, 12, None)),
        ((200, 10, None, 91), 12, Wear(3, 200, 0.5)),
    ],
)
def test_age_and_rotation(ages: tuple[int | None, ...], first: int | None, expected: Wear) -> None:
    used = Usage(3, None if first is None else TODAY - timedelta(first))
    assert wear(library(*ages), used, TODAY) == expected


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        (Wear(19, 91, None), []),
        (Wear(20, None, None), ["PS-S011"]),
        (Wear(0, 92, None), ["PS-S012"]),
        (Wear(0, 92, 0.2), []),
        (Wear(0, 92, 0.1), ["PS-S012"]),
    ],
)
def test_what_is_worn_is_said(found: Wear, codes: list[str]) -> None:
    assert [remark.code for remark in remarks(found)] == codes


def test_when_a_case_was_added_is_no_part_of_the_version() -> None:
    assert library(1, 2).sha == library(None, 100).sha
