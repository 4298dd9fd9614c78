from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.runtime.stamp import Stamp

STAMP = Stamp(
    trace_id="tr_1",
    ts="2026-11-21T12:00:00.000000Z",
    environment="production",
    prompt_id="order-extract",
    version="v2",
    intended="a" * 64,
    serving="b" * 64,
    arm="canary",
    generation=42,
    intent="refund",
    release_id="rel_2",
    unit="c" * 64,
    unit_key_id="d",
    routes_age_s=1.5,
    problem="live served instead: no key",
)


@pytest.mark.parametrize("stamp", [STAMP, replace(STAMP, unit=None, unit_key_id=None, problem=None, release_id=None)])
def test_it_travels_as_attributes_baggage_and_tags(stamp: Stamp) -> None:
    assert Stamp.read(stamp.attributes) == stamp
    assert Stamp.read(stamp.baggage) == stamp
    assert Stamp.of_tags(["team:orders", 7, *stamp.tags]) == stamp


def test_people_see_the_short_version() -> None:
    assert STAMP.attributes["promptship.behavior.version"] == "bv_aaaaaaaaaaaa"
    assert STAMP.attributes["gen_ai.prompt.name"] == "order-extract"
    assert "promptship.behavior.version=bv_aaaaaaaaaaaa" in STAMP.tags


def test_a_long_problem_is_cut() -> None:
    assert len(str(replace(STAMP, problem="x" * 5000).attributes["promptship.problem"])) == 200


@pytest.mark.parametrize(
    "harm",
    [
        {},
        {"promptship.arm": "mars"},
        {"promptship.routes.generation": "many"},
        {"promptship.behavior.sha": "short"},
        {"promptship.routes.age_s": "old"},
    ],
)
def test_what_is_no_stamp_is_none(harm: dict[str, Any]) -> None:
    """It comes from outside: from baggage, tags and metadata that anybody can send."""
    assert Stamp.read({**STAMP.attributes, **harm} if harm else {"promptship.arm": "live"}) is None
