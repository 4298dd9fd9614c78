from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.artifact import BOUNDS, Guard
from registry.metrics import built_in
from tasks.observability.names import COUNT, VALUE
from tasks.observability.rendering import COLLECTOR, DASHBOARD, RULES, TESTS, Rendered, Watched, render

from .promtool import checked

LEVELS = [Guard(metric="schema_ok", min=0.95), Guard(metric="thumbs_down", max=0.08)]
LIMITS = dict(zip(BOUNDS, (0.005, 0.02, 1.5, 0.8, 0.3, 0.9), strict=True))


def rendered(*guards: Guard, levels: list[Guard] | None = None) -> Rendered:
    watched = [Watched("order-extract", "v3", "bv_0123456789ab", guards)]
    return render("production", watched, LEVELS if levels is None else levels, built_in(), "localhost:9469")


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


def test_the_collector_scrapes_the_endpoint_and_every_pipeline_is_there() -> None:
    told = yaml.safe_load(rendered().files[COLLECTOR])
    assert told["receivers"]["prometheus"]["config"]["scrape_configs"][0]["static_configs"] == [
        {"targets": ["localhost:9469"]}
    ]
    for pipeline in told["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(told[part])
