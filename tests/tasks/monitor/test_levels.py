from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from registry.artifact import Guard
from registry.metrics import built_in
from tasks.canary.history import History
from tasks.ledger.observation import Observation
from tasks.ledger.records import to_json
from tasks.monitor.levels import Levels, broken, freeze, observe

START = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
NOW = START + timedelta(hours=1)
SCHEMA = Guard(metric="schema_ok", min=0.95)
GOOD = History({"schema_ok": {"refund": [1.0] * 40, "order": [1.0] * 20 + [0.0] * 20}}, 2000.0)


def levels(*guards: Guard, before: History = GOOD) -> Levels:
    return freeze(guards or (SCHEMA,), built_in(), before, START)


def units(n: int, bad: float, *, since: int = 0, intent: str = "refund", seed: int = 3) -> list[Observation]:
    rng = random.Random(seed)
    return [
        Observation(
            unit=f"unit-{number:05}",
            arm="live",
            share_bps=0,
            intent=intent,
            closed_at=START + timedelta(seconds=number),
            values={"schema_ok": float(rng.random() >= bad), "refusal": 0.0, "error": 0.0},
            window="answer",
        )
        for number in range(since, since + n)
    ]


def watched(found: Levels, *batches: Iterable[Observation]) -> tuple[str, ...]:
    for batch in batches:
        found = observe(found, batch)
    return broken(found, NOW)


def test_a_level_that_holds_is_silent_and_a_broken_one_is_not() -> None:
    assert watched(levels(), units(3000, 0.03)) == ()
    assert watched(levels(), units(300, 0.3)) == ("schema_ok min",)


def test_a_long_good_time_does_not_blind_it() -> None:
    assert watched(levels(), units(3000, 0.02), units(150, 0.4, since=3000)) == ("schema_ok min",)


def test_units_count_once_however_they_are_given() -> None:
    given = units(103, 0.2)
    once = observe(levels(), given)
    assert observe(once, given) == once
    assert observe(observe(levels(), given[:41]), reversed(given)) == once
    assert once.units == 103


def test_intents_are_watched_by_themselves_where_asked() -> None:
    guard = SCHEMA.model_copy(update={"per": "intent"})
    mixed = [*units(200, 0.0), *units(60, 0.9, since=200, intent="order"), *units(60, 0.9, since=260, intent="new")]
    assert watched(levels(guard), mixed) == ("schema_ok min per intent [order]", "schema_ok min per intent [other]")


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ([1.0] * 40, ("schema_ok min",)),
        ([1.0] * 38 + [0.0] * 2, ("schema_ok min",)),
        ([1.0] * 37 + [0.0] * 3, ()),
        ([1.0] * 29, ()),
        ([], ()),
    ],
)
def test_whether_the_version_before_kept_the_level(values: list[float], kept: tuple[str, ...]) -> None:
    assert levels(before=History({"schema_ok": {"other": values}})).kept == kept


def test_it_goes_through_json() -> None:
    for found in (levels(), observe(levels(), units(52, 0.3))):
        assert Levels.load(json.loads(to_json(found.dump()))) == found


def test_guards_that_compare_are_no_levels_and_what_has_no_scale_is_named() -> None:
    found = levels(Guard(metric="refusal", max_increase=0.01), Guard(metric="latency", max=2.0))
    assert found.watches == ()
    assert [left.metric for left in found.left_out] == ["latency"]
