from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.catalog import Catalog
from tasks.evaluation import wording
from tasks.input_drift import embedding
from tasks.ledger import input_drift, trace
from tasks.ledger.trace import Trace
from tests.world import PRODUCTS, PROMPT

from .conftest import Place

Promptship = Callable[..., Any]
HERE = ("trace", "drift", PROMPT, "-e", "demo")


@pytest.fixture(autouse=True)
def by_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quick, and near enough to meaning in these texts."""

    def vectors(texts: Sequence[str]) -> list[list[float]]:
        return wording.vectors(texts).tolist() if texts else []

    monkeypatch.setattr(embedding, "vectors", vectors)


def _requests(place: Place, days: Sequence[int], message: str, count: int = 60) -> None:
    catalog = Catalog(place.roots.registry)
    sha = catalog.behavior(catalog.get(PROMPT, "v1")).sha
    now = datetime.now(UTC)
    rows = [
        Trace(
            trace_id=f"tr_{day}_{n}", ts=now - timedelta(days=day, hours=1, seconds=n), environment="demo",
            prompt_id=PROMPT, version="v1", intended=sha, served=sha, arm="live", generation=1, unit=f"u{day}-{n}",
            unit_key_id="k", intent="sort" if n % 2 else "ask",
            variables={"message": f"{PRODUCTS[n % 6]} {message} {n}"},
            output=f'{{"product": "{PRODUCTS[n % 6]}"}}',
        )
        for day in days
        for n in range(count)
    ]  # fmt: skip
    place.store.tx(lambda tx: trace.insert_many(tx, rows, now))


@pytest.fixture
def week(place: Place) -> Place:
    _requests(place, range(1, 8), "of case")
    return place


def test_a_day_like_the_week_before(week: Place, promptship: Promptship) -> None:
    _requests(week, [0], "of case")
    said = promptship(*HERE, "--json")
    sides = {(one["side"], one["measure"], one["against"]) for one in said.document["findings"]}
    assert (said.code, said.document["drifted"], said.document["n"]) == (0, False, 60)
    assert {
        ("input", "meaning", "last_week"),
        ("input", "meaning", "eval_set"),
        ("output", "length", "last_week"),
    } <= sides
    assert ("input", "coverage", "eval_set") in sides
    assert "as before" in promptship(*HERE).out


def test_other_questions_are_named_and_kept_by_behavior_version(week: Place, promptship: Promptship) -> None:
    _requests(week, [0], "was billed twice and I want all of my money back at once, says invoice")
    said = promptship(*HERE)
    assert said.code == 1
    assert "length of the inputs:" in said.out
    assert "requests are like no case" in said.out
    kept = input_drift.alarms(week.store, "demo", PROMPT)
    assert {"meaning", "length", "coverage"} <= {one.measure for one in kept}
    rows = promptship("metrics", PROMPT, "-e", "demo", "--json").document["rows"]
    (distance,) = [row for row in rows if row["metric"] == "input_distance"]
    assert distance["n"] == 60
    assert 0 < distance["low"] < distance["mean"] < distance["high"] < 1


def test_a_second_look_at_the_same_requests_counts_them_once(week: Place, promptship: Promptship) -> None:
    _requests(week, [0], "of case")
    for _ in range(2):
        promptship(*HERE)
    (row,) = week.store.rows("SELECT count(*) AS n FROM feedback")
    assert row["n"] == 60


def test_too_few_requests_are_said(week: Place, promptship: Promptship) -> None:
    assert "has its variables" in promptship(*HERE).err
    _requests(week, [0], "of case", 10)
    said = promptship(*HERE)
    assert (said.code, "10 requests of different units, 50 are needed" in said.out) == (2, True)
