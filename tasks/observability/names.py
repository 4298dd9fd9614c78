"""The names of what the metrics endpoint exposes, for the endpoint and for all that reads it."""

from __future__ import annotations

from registry.metrics import Metric

VALUE = "promptship_metric_value_total"
COUNT = "promptship_metric_count_total"
READABLE = "promptship_ledger_readable"
LAST = "promptship_last_request_timestamp_seconds"
TOOL = "tool_call:"
TOOL_ERROR = "tool_error"
LABELS = ("environment", "prompt", "version", "behavior", "arm", "intent", "metric")

_NOT_A_SUM = {
    "latency_tail": "it needs the quantile that a release froze",
    "cost_per_resolved": "it is a ratio of two metrics",
}


def counted(metric: str) -> str:
    """The metric whose count has the requests of this one: a tool that was not called leaves nothing to count."""
    return TOOL_ERROR if metric.startswith(TOOL) else metric


def hidden(metric: Metric) -> str | None:
    """Why the endpoint does not expose this metric; None when it does."""
    if why := _NOT_A_SUM.get(metric.name):
        return why
    if {"live", "daily"}.isdisjoint(metric.measured) or metric.name == "semantic_distance":
        return "it is not measured on live requests"
    return None
