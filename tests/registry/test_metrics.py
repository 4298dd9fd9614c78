from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import InvalidFile, UnknownMetric
from registry.metrics import TOOL_CALL, Metrics, built_in, load_metrics, metric


@pytest.mark.parametrize(("name", "kind", "bad", "guards"), [
    ("score", "fraction", "down", []),
    ("schema_ok", "yes_no", "down", [("max_decrease", 0.02)]),
    ("refusal", "yes_no", "up", [("max_increase", 0.005)]),
    ("error", "yes_no", "up", [("max_increase", 0.005)]),
    ("fallback", "yes_no", "up", [("max_increase", 0.005)]),
    ("tool_error", "yes_no", "up", [("max_increase", 0.01)]),
    ("tool_call:search", "yes_no", "both", [("max_increase", 0.05), ("max_decrease", 0.05)]),
    ("latency", "seconds", "up", [("max_ratio", 1.1)]),
    ("first_token", "seconds", "up", [("max_ratio", 1.1)]),
    ("latency_tail", "yes_no", "up", [("max_increase", 0.02)]),
    ("cost", "usd", "up", [("max_ratio", 1.1)]),
    ("prompt_tokens", "tokens", "up", []),
    ("output_tokens", "tokens", "both", [("max_ratio", 1.1), ("min_ratio", 0.9)]),
    ("semantic_distance", "distance", "both", []),
    ("thumbs_down", "yes_no", "up", [("max_increase", 0.02)]),
    ("retried", "yes_no", "up", [("max_increase", 0.02)]),
    ("escalated", "yes_no", "up", [("max_increase", 0.02)]),
    ("edited", "yes_no", "up", [("max_increase", 0.02)]),
    ("resolved", "yes_no", "down", [("max_decrease", 0.02)]),
    ("quality", "fraction", "down", [("max_decrease", 0.03)]),
    ("cost_per_resolved", "usd", "up", []),
])  # fmt: skip
def test_the_vocabulary(name: str, kind: str, bad: str, guards: list[tuple[str, float]]) -> None:
    found = metric(name)
    assert (found.name, found.kind, found.bad) == (name, kind, bad)
    assert [(guard.bound, guard.limit) for guard in found.default_guards] == guards
    assert {guard.metric for guard in found.default_guards} <= {name}


def test_a_tools_metric_is_known_and_not_listed() -> None:
    assert "tool_call:search" in built_in()
    assert list(built_in()).count(TOOL_CALL) == 1
    assert "tool_call:search" not in list(built_in())


def test_an_unknown_metric_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownMetric, match="Did you mean 'refusal'"):
        metric("refusals")
    with pytest.raises(UnknownMetric):
        Metrics({}).metric("tool_call:search")


def test_the_applications_own(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    path.write_text("basket: {kind: usd, unit: EUR, bad: down, default_guard: {min_ratio: 0.9, per: intent}}\n")
    own = load_metrics(path).metric("basket")
    assert (own.measured, own.unit) == (("live",), "EUR")
    assert [(guard.metric, guard.limit, guard.per) for guard in own.default_guards] == [("basket", 0.9, "intent")]


def test_a_wrong_entry_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    path.write_text("basket:\n  kind: euro\n  bad: down\n  default_gard: {max: 1}\n")
    with pytest.raises(InvalidFile) as caught:
        load_metrics(path)
    assert [(problem.line, problem.where) for problem in caught.value.problems] == [
        (2, "basket.kind"),
        (4, "basket.default_gard"),
    ]
