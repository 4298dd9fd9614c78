from __future__ import annotations

import json
import math

import pytest

from tasks.planning.prospect import Gate, GuardAhead, Prospect, StepAhead
from tasks.planning.text import days, gate_sentence, short, takes, units
from tasks.planning.work import Spend

GATE = Gate("set/full", 300, 5, 0.045, 0.05, 0.81, 0.047, 250, True, None)
FIRST = Gate("set/full", 300, 1, None, None, None, None, None, True, 0.6)


def guard(prove: tuple[float, float], level: bool = False) -> GuardAhead:
    return GuardAhead("refusal max_increase 0.005", "default", None, prove, 1.0, (9.0, 12.0), 1.0, level, True)


def prospect(most: Spend) -> Prospect:
    steps = (StepAhead("gate", Spend(600, 0.6, 4.0), most, ""), StepAhead("promote", Spend(), Spend(), ""))
    return Prospect("reply-draft@v2", "v1", "production", "low", 1, steps, GATE, None, (), ("tokens are estimated",))


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (Spend(600, 0.6, 4.0), "2 steps, 600 calls, 0.6 USD, 4 minutes"),
        (Spend(3000, 3.0, 20.0), "2 steps, 600 to 3,000 calls, 0.6 to 3.00 USD, 4 to 20 minutes"),
        (Spend(3000, None, None), "2 steps, 600 to 3,000 calls, cost unknown, time unknown"),
    ],
)
def test_what_it_takes(most: Spend, expected: str) -> None:
    assert takes(prospect(most)) == expected
    assert short(prospect(most))[0] == f"plan: {expected}"
    assert short(prospect(most))[-1] == "note: tokens are estimated"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "-"),
        (math.inf, "never"),
        (14.0, "14 days"),
        (2.5, "2.5 days"),
        (1.0, "24 hours"),
        (0.05, "72 minutes"),
        (2 / 86_400, "2 seconds"),
    ],
)
def test_time_in_a_unit_that_reads_well(value: float | None, expected: str) -> None:
    assert days(value) == expected


def test_what_the_gate_can_find() -> None:
    assert "margin 4.5 points; a version as good as live passes in 81%, a fall of 4.7 points" in gate_sentence(GATE)
    assert gate_sentence(FIRST).endswith("the lower bound of the mean score has to reach 0.6")


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (guard((1558.2, 2795.4)), "1,558 / 2,795"),
        (guard((math.inf, math.inf)), "never"),
        (guard((math.inf, math.inf), level=True), "a level"),
    ],
)
def test_units_that_are_needed(one: GuardAhead, expected: str) -> None:
    assert units(one, one.prove) == expected


def test_the_document_is_json() -> None:
    document = prospect(Spend(3000, None, 20.0)).dump()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["total"]["most"] == {"calls": 3000, "usd": None, "minutes": 20.0}
