from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from registry.artifact import Risk
from tasks.matrix.cell import Cell, Left
from tasks.matrix.plan import FINGERPRINT_CALLS, Budget, Plan, plan
from tasks.matrix.tier import Tier, tier

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
RISKS: dict[str, Risk] = {"A": "high", "B": "medium", "C": "low"}


def cell(prompt: str, model: str, role: str, tier_: Tier, **changes: Any) -> Cell:
    fields: dict[str, Any] = {
        "prompt": prompt,
        "version": "v1",
        "behavior": prompt,
        "model": model,
        "key": f"test/{model}",
        "role": role,
        "risk": RISKS[tier_],
        "tier": tier_,
        "cases": 200,
        "usd": 0.001,
        "primary_usd": 0.001,
        "smoked": NOW,
        "judged": NOW,
    }
    return Cell(**fields | changes)


def fleet(a: int, b: int, c: int, models: int) -> list[Cell]:
    """Prompts of each tier on so many models: the first is primary, the second the fallback of all."""
    tiers: list[Tier] = []
    for name, count in (("A", a), ("B", b), ("C", c)):
        tiers += [cast("Tier", name)] * count
    return [
        cell(f"p{number}", f"m{model}", ("primary", "fallback", "other")[min(model, 2)], tier_)
        for number, tier_ in enumerate(tiers)
        for model in range(models)
    ]


def a_plan(cells: list[Cell], calls: int | None = None, usd: float | None = None, **given: Any) -> Plan:
    night = given.pop("night", NOW.date())
    return plan(cells, Budget(calls, usd), night, now=NOW, **given)


@pytest.mark.parametrize(
    ("risk", "traffic", "expected"), [("high", 5000, "A"), ("high", 10, "B"), ("low", 5000, "B"), ("medium", 10, "C")]
)
def test_tiers_come_from_risk_and_traffic(risk: Risk, traffic: float, expected: Tier) -> None:
    assert tier(risk, traffic) == expected


@pytest.mark.parametrize("start", [date(2026, 11, 21), date(2027, 12, 29), date(2100, 2, 26)])
def test_a_week_of_forty_prompts_on_six_models_is_the_worked_example(start: date) -> None:
    cells = fleet(8, 12, 20, 6)
    week = [a_plan(cells, night=start + timedelta(days=day)) for day in range(7)]
    asked = [row for made in week for row in made.rows if row.cell and row.cell.role != "other"]
    assert sum(row.calls for row in asked) == 7 * (8 * 48 + 8 * 8) + 12 * 48 + 12 * 8 + 20 * 8
    assert {made.short_calls for made in week} == {2 * FINGERPRINT_CALLS}  # two of the six models are in use


def test_the_same_night_has_the_same_plan_and_another_night_another_sample() -> None:
    cells = [cell(f"p{n}", "m", "other", "C", judged=None) for n in range(40)]
    first, again = a_plan(cells, 1200), a_plan(list(reversed(cells)), 1200)
    other = a_plan(cells, 1200, night=date(2026, 11, 22))
    assert first == again
    assert {row.target for row in first.rows} != {row.target for row in other.rows}


def test_what_the_budget_does_not_cover_is_left_out_and_said() -> None:
    made = a_plan(fleet(2, 0, 0, 1), calls=50)
    assert (made.calls, [row.what for row in made.rows]) == (48, ["fingerprint", "text"])
    (left,) = made.left_out
    assert (left.what, left.why) == ("text", "48 calls, and 2 are left tonight")


def test_money_is_a_limit_of_its_own() -> None:
    made = a_plan(fleet(2, 0, 0, 1), usd=0.05)
    assert made.usd == pytest.approx(0.048)
    assert "USD" in made.left_out[0].why


def test_what_is_left_goes_to_the_longest_unjudged_with_as_many_cases_as_can_pass_it() -> None:
    old = cell("old", "m2", "other", "C", judged=NOW - timedelta(days=40))
    never = cell("never", "m2", "other", "C", judged=None)
    fresh = cell("fresh", "m2", "other", "C")
    made = a_plan([old, never, fresh], calls=250)
    assert [(row.cell.prompt, row.cases, row.calls) for row in made.of("eval") if row.cell] == [("never", 120, 240)]
    assert [(left.target.split("@")[0], left.what) for left in made.left_out] == [("old", "eval")]


def test_a_model_that_cannot_be_asked_is_no_call_and_is_named() -> None:
    made = a_plan([cell("p", "m", "primary", "A", obstacle="KEY is not set", judged=None)])
    assert made.rows == ()
    assert {(left.what, left.why) for left in made.left_out} == {("text", "KEY is not set"), ("eval", "KEY is not set")}


def test_an_alarm_doubles_the_answers_of_its_cells() -> None:
    made = a_plan(fleet(0, 3, 0, 1), alarmed=frozenset({"m0"}))
    assert [row.calls for row in made.of("text")] == [96, 96, 96]


def test_what_the_sentinel_drew_beyond_its_plan_is_spent_already() -> None:
    cells = [*fleet(2, 0, 0, 1), cell("other", "m2", "other", "C", judged=None)]
    names = [one.name for one in cells]
    assert a_plan(cells, calls=246).of("eval")
    made = a_plan(cells, calls=246, drawn={names[0]: 48, names[1]: 48 + 96, names[2]: 20})
    assert [(row.target, row.calls) for row in made.of("drawn")] == [(names[1], 96), (names[2], 20)]
    texts = sum(row.calls for row in made.of("text"))
    assert texts
    assert made.for_looks == Budget(246 - 116 - texts, None)
    assert made.calls == 96 + 20 + 2 * 48
    assert "34 are left tonight" in made.left_out[0].why


def test_a_fallback_that_nobody_tried_is_tried_tonight() -> None:
    made = a_plan([cell("p", "m", "fallback", "C", smoked=None)])
    assert [(row.what, row.calls) for row in made.rows] == [("fingerprint", FINGERPRINT_CALLS), ("smoke", 8)]


def test_the_extra_runs_of_must_pass_cases_are_part_of_the_plan() -> None:
    made = a_plan([cell("p", "m", "primary", "C", judged=None, must_pass=10)], calls=150)
    assert [(row.cases, row.calls) for row in made.of("eval")] == [(120, 140)]
    assert a_plan([cell("p", "m", "primary", "C", judged=None, must_pass=10)], calls=59).of("eval") == []


def test_a_model_that_was_left_is_watched_on_and_what_cannot_be_is_left_out() -> None:
    day, cells = date(2026, 11, 20), fleet(1, 0, 0, 3)
    gone = [Left("m1", day), Left("m2", day), Left("m9", day, "m9 is not in models.yaml any more")]
    made = a_plan(cells, calls=0, left=gone)
    assert {row.target: row.why for row in made.of("fingerprint")} == {
        "m0": "every endpoint in use, every night",
        "m1": "every endpoint in use, every night",
        "m2": "left on 2026-11-20, and a rollback goes back to it",
    }
    (out,) = [row for row in made.left_out if row.what == "fingerprint"]
    assert (out.target, out.why.partition("; ")[2]) == ("m9", "m9 is not in models.yaml any more")
