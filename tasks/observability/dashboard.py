"""A Grafana dashboard: every metric of live requests, each panel for the behavior versions that are chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.artifact import Guard
from registry.metrics import Kind, Metric

from .names import COUNT, TOOL, VALUE, counted

_UNITS: Mapping[Kind, str] = {
    "yes_no": "percentunit",
    "fraction": "percentunit",
    "seconds": "s",
    "usd": "currencyUSD",
    "tokens": "short",
    "distance": "short",
}
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_CHOSEN = 'environment="$environment",prompt="$prompt",behavior=~"$behavior"'
_WIDTH, _HEIGHT = 12, 8


def dashboard(
    environment: str, prompts: Sequence[str], metrics: Sequence[Metric], levels: Sequence[Guard]
) -> dict[str, Any]:
    """`levels` are drawn as thresholds."""
    panels = [_requests(), _tools(), *(_panel(metric, levels) for metric in metrics)]
    for number, panel in enumerate(panels):
        at = {"x": _WIDTH * (number % 2), "y": _HEIGHT * (number // 2), "w": _WIDTH, "h": _HEIGHT}
        panel.update(id=number + 1, gridPos=at)
    return {
        "uid": f"promptship-{environment}",
        "title": f"promptship {environment}",
        "tags": ["promptship"],
        "schemaVersion": 39,
        "editable": True,
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {"list": _variables(environment, prompts)},
        "panels": panels,
    }


def _variables(environment: str, prompts: Sequence[str]) -> list[dict[str, Any]]:
    source = {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}
    chosen = {"text": prompts[0], "value": prompts[0]} if prompts else {}
    return [
        source,
        _variable("environment", f"label_values({COUNT}, environment)", {"text": environment, "value": environment}),
        _variable("prompt", f'label_values({COUNT}{{environment="$environment"}}, prompt)', chosen),
        {
            **_variable(
                "behavior", f'label_values({COUNT}{{environment="$environment",prompt="$prompt"}}, behavior)', {}
            ),
            "multi": True,
            "includeAll": True,
            "current": {"text": ["All"], "value": ["$__all"]},
        },
    ]


def _variable(name: str, query: str, current: Mapping[str, str]) -> dict[str, Any]:
    """Asked again whenever the time range changes: new versions appear while people look."""
    return {
        "name": name,
        "label": name,
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": name},
        "refresh": 2,
        "sort": 1,
        "current": dict(current),
    }


def _requests() -> dict[str, Any]:
    rate = f'sum by (version, behavior, arm) (rate({COUNT}{{{_CHOSEN},metric="error"}}[$__rate_interval]))'
    return _timeseries("requests", "Requests a second", "reqps", rate, [])


def _tools() -> dict[str, Any]:
    """A line for each tool that was called."""
    by, range_ = "version, behavior, arm", "[$__rate_interval]"
    called = f'sum by ({by}, metric) (increase({VALUE}{{{_CHOSEN},metric=~"{TOOL}.+"}}{range_}))'
    requests = f'sum by ({by}) (increase({COUNT}{{{_CHOSEN},metric="{counted(TOOL)}"}}{range_}))'
    share = f"{called} / on ({by}) group_left {requests}"
    return _timeseries("tool calls", "Requests that called the tool", "percentunit", share, [], "{{metric}}")


def _panel(metric: Metric, levels: Sequence[Guard]) -> dict[str, Any]:
    chosen = f'{_CHOSEN},metric="{metric.name}"'
    value, count = (
        f"sum by (version, behavior, arm) (increase({name}{{{chosen}}}[$__rate_interval]))" for name in (VALUE, COUNT)
    )
    own = [level for level in levels if level.metric == metric.name]
    return _timeseries(metric.name, metric.description, _UNITS[metric.kind], f"{value} / {count}", own)


def _timeseries(
    title: str, about: str, unit: str, expression: str, levels: Sequence[Guard], also: str = ""
) -> dict[str, Any]:
    """`also` is said of each line beside its version."""
    target = {
        "refId": "A",
        "datasource": _SOURCE,
        "expr": expression,
        "legendFormat": f"{{{{version}}}} {{{{behavior}}}} {{{{arm}}}} {also}".strip(),
    }
    defaults: dict[str, Any] = {"unit": unit, "custom": {"showPoints": "auto", "spanNulls": False}}
    if levels:
        defaults["thresholds"] = {"mode": "absolute", "steps": _steps(levels)}
        defaults["custom"]["thresholdsStyle"] = {"mode": "line"}
    return {
        "type": "timeseries",
        "title": title,
        "description": about,
        "datasource": _SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {"legend": {"displayMode": "table", "calcs": ["lastNotNull", "mean"]}},
        "targets": [target],
    }


def _steps(levels: Sequence[Guard]) -> list[dict[str, Any]]:
    """Red above a maximum, and below a minimum."""
    low = [{"color": "red", "value": None}] if any(one.bound == "min" for one in levels) else []
    base = low or [{"color": "green", "value": None}]
    colors = {"min": "green", "max": "red"}
    above = [{"color": colors[one.bound], "value": one.limit} for one in sorted(levels, key=lambda one: one.limit)]
    return [*base, *above]
