from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.artifact import BOUNDS, Guard
from registry.metrics import built_in
from tasks.observability.names import COUNT, VALUE
from tasks.observability.rendering import DASHBOARD, RULES, TESTS, Rendered, Watched, render

from .promtool import checked

LEVELS = [Guard(metric="schema_ok", min=0.95), Guard(metric="thumbs_down", max=0.08)]
LIMITS = dict(zip(BOUNDS, (0.005, 0.02, 1.5, 0.8, 0.3, 0.9), strict=True))


def rendered(*guards: Guard, levels: list[Guard] | None = None) -> Rendered:
    watched = [Watched("order-extract", "v3", "bv_0123456789ab", guards)]
    return render("production", watched, LEVELS if levels is None else levels, built_in())


def guard(bound: str, **more: Any) -> Guard:
    return Guard.model_validate({"metric": "cost", bound: LIMITS[bound], **more})


@pytest.mark.parametrize("per", ["all", "intent"])
def test_promtool_passes_the_rules_of_every_bound_and_their_tests(tmp_path: Path, per: str) -> None:
    found = rendered(*(guard(bound, per=per) for bound in BOUNDS))
    assert len(found.alerts) == 8, "six bounds and two levels"
    assert checked(tmp_path, found.files) == 9, "and one that says when nothing can be read"


def test_promtool_fails_rules_that_lost_their_limit(tmp_path: Path) -> None:
    """The tests of the rules can fail."""
    found = rendered(guard("max_increase"))
    rules = found.files[RULES].replace("> 0.005", "> 5")
    with pytest.raises(AssertionError, match="FAILED"):
        checked(tmp_path, {**found.files, RULES: rules})


@pytest.mark.parametrize("limit", [0.0, 0.6])
def test_promtool_passes_limits_at_the_ends(tmp_path: Path, limit: float) -> None:
    guards = [Guard.model_validate({"metric": "refusal", bound: limit}) for bound in ("max_increase", "max_decrease")]
    assert checked(tmp_path, rendered(*guards, levels=[]).files) == 3


@pytest.mark.parametrize("per", ["all", "intent"])
def test_promtool_passes_guards_of_tools(tmp_path: Path, per: str) -> None:
    bounds = (("max_increase", 0.05), ("max_decrease", 0.2), ("max_ratio", 1.2), ("max", 0.9), ("min", 0.1))
    tools = [Guard.model_validate({"metric": "tool_call:look_up", bound: limit, "per": per}) for bound, limit in bounds]
    found = rendered(*tools, levels=[])
    assert found.left_out == ()
    assert checked(tmp_path, found.files) == 6


def test_a_tool_that_a_version_never_calls_is_no_missing_value(tmp_path: Path) -> None:
    """It has requests with tools and no call: the share is 0, and a fall to 0 fires."""
    found = rendered(Guard.model_validate({"metric": "tool_call:look_up", "max_decrease": 0.2}), levels=[])
    tests = yaml.safe_load(found.files[TESTS])
    for one in tests["tests"]:
        if one["name"].endswith("fires"):
            one["input_series"] = [
                series
                for series in one["input_series"]
                if VALUE not in series["series"] or 'arm="live"' in series["series"]
            ]
    assert checked(tmp_path, {**found.files, TESTS: yaml.safe_dump(tests)}) == 2


def test_each_alert_is_tested_to_fire_and_to_be_quiet() -> None:
    found = rendered(guard("max_ratio"))
    tests = yaml.safe_load(found.files[TESTS])["tests"]
    fired = [bool(test["alert_rule_test"][0]["exp_alerts"]) for test in tests]
    assert (len(tests), sum(fired)) == (7, 4)


def test_what_the_endpoint_does_not_have_is_said_and_left_out() -> None:
    found = rendered(
        Guard(metric="latency_tail", max_increase=0.05), Guard(metric="score", max_decrease=0.1), levels=[]
    )
    assert found.alerts == ()
    assert [line.partition(":")[0] for line in found.left_out] == ["order-extract"] * 2
    said = [line for line in found.files[RULES].splitlines() if line.startswith("# no alert for ")]
    assert said == [f"# no alert for {line}" for line in found.left_out], "in the file as well"
    assert "the quantile that a release froze" in found.left_out[0]


def test_every_panel_filters_by_behavior_version() -> None:
    board = json.loads(rendered().files[DASHBOARD])
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(expressions) == len(board["panels"]) > 15
    for expression in expressions:
        selectors = expression.count(VALUE + "{") + expression.count(COUNT + "{")
        assert selectors == expression.count('behavior=~"$behavior"') > 0
    assert [one["name"] for one in board["templating"]["list"]] == ["source", "environment", "prompt", "behavior"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)


def test_levels_are_thresholds_of_their_panel() -> None:
    panels = {panel["title"]: panel for panel in json.loads(rendered().files[DASHBOARD])["panels"]}
    assert panels["schema_ok"]["fieldConfig"]["defaults"]["thresholds"]["steps"] == [
        {"color": "red", "value": None},
        {"color": "green", "value": 0.95},
    ]
    assert "thresholds" not in panels["latency"]["fieldConfig"]["defaults"]
