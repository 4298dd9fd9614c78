"""Alerts as a rule file of Prometheus, and the unit tests of it that `promtool test rules` runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from .alert import FOR, Alert, Means
from .names import COUNT, READABLE, VALUE, counted

_RATE = 20
_MINUTES = 90
_LOOK = "80m"
_EVERY = FOR
"""Often enough to see an alert last; promtool takes a third of the time that every minute takes."""
_INTENT = "refund"
_UNREADABLE = "PromptshipLedgerUnreadable"
_UNREADABLE_SAYS = "the metrics of promptship cannot be read: no alert of it can fire"


def rule_file(alerts: Sequence[Alert]) -> dict[str, Any]:
    """One group a prompt, and one that says when there is nothing to look at."""
    grouped = groupby(alerts, key=lambda alert: (alert.environment, alert.prompt))
    groups = [
        {"name": f"promptship {environment} {prompt}", "rules": [_rule(alert) for alert in found]}
        for (environment, prompt), found in grouped
    ]
    unreadable = {
        "alert": _UNREADABLE,
        "expr": f"absent({READABLE} == 1)",
        "for": "10m",
        "labels": {"severity": "critical"},
        "annotations": {"summary": _UNREADABLE_SAYS},
    }
    return {"groups": [*groups, {"name": "promptship", "rules": [unreadable]}]}


def test_file(alerts: Sequence[Alert], rules: str) -> dict[str, Any]:
    """Two tests for each alert, one that it fires and one that it does not; `rules` is the name of the rule file."""
    tests = [test for alert in alerts for test in (_test(alert, alert.breached(), True), _test(alert, alert.kept()))]
    series = [{"series": READABLE, "values": f"0x{_MINUTES}"}]
    fired = [{"exp_labels": {"severity": "critical"}, "exp_annotations": {"summary": _UNREADABLE_SAYS}}]
    tests.append(_unit("the ledger cannot be read", series, _UNREADABLE, fired))
    return {"rule_files": [rules], "evaluation_interval": _EVERY, "tests": tests}


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": FOR,
        "labels": _own_labels(alert),
        "annotations": {"summary": alert.summary},
    }


def _own_labels(alert: Alert) -> dict[str, str]:
    metric = alert.guard.metric if alert.tool else None
    own = {"version": alert.version, "behavior": alert.behavior, "metric": metric}
    return {"severity": alert.severity, **{name: value for name, value in own.items() if value}}


def _test(alert: Alert, means: Means, fires: bool = False) -> dict[str, Any]:
    fired = [{"exp_labels": _fired_labels(alert), "exp_annotations": {"summary": _rendered(alert)}}] if fires else []
    word = "fires" if fires else "is quiet"
    name = f"{alert.name} of {alert.prompt} {alert.version or ''}".strip()
    return _unit(f"{name} {word}", list(_series(alert, means)), alert.name, fired)


def _unit(name: str, series: list[dict[str, str]], alert: str, fired: list[dict[str, Any]]) -> dict[str, Any]:
    told = {"eval_time": _LOOK, "alertname": alert, "exp_alerts": fired}
    return {"name": name, "interval": "1m", "input_series": series, "alert_rule_test": [told]}


def _series(alert: Alert, means: Means) -> Iterator[dict[str, str]]:
    """Twenty requests a minute on each side."""
    other = {"version": "v0", "behavior": "bv_000000000000", "arm": "live", "intent": _INTENT}
    own = _seen(alert) if alert.behavior is None else {**_seen(alert), "arm": "canary"}
    for labels, mean in ((own, means.own), ({**_seen(alert), **other}, means.other)):
        if mean is not None:
            of = {**labels, "metric": counted(alert.guard.metric)}
            yield {"series": _selector(COUNT, of), "values": f"0+{_RATE}x{_MINUTES}"}
            yield {"series": _selector(VALUE, labels), "values": f"0+{_RATE * mean:.8f}x{_MINUTES}"}


def _seen(alert: Alert) -> dict[str, str]:
    own = {"version": alert.version or "v1", "behavior": alert.behavior or "bv_111111111111"}
    return {
        "environment": alert.environment,
        "prompt": alert.prompt,
        **own,
        "arm": "live",
        "intent": _INTENT,
        "metric": alert.guard.metric,
    }


def _fired_labels(alert: Alert) -> dict[str, str]:
    seen = _seen(alert)
    return {**{name: seen[name] for name in alert.by}, **_own_labels(alert)}


def _rendered(alert: Alert) -> str:
    return alert.summary.replace("{{ $labels.intent }}", _INTENT)


def _selector(name: str, labels: Mapping[str, str]) -> str:
    return name + "{" + ",".join(f'{label}="{value}"' for label, value in labels.items()) + "}"
