"""PS111: the change note names a metric that is not in the vocabulary, or that this version cannot have."""

from __future__ import annotations

from collections.abc import Iterator

from registry.nearest import did_you_mean
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS111"
_TOOL_CALL = "tool_call"


def unknown_metric(subject: Subject) -> Iterator[Finding]:
    change = subject.version.change
    for index, expected in enumerate(change.expected):
        yield from _unknown(subject, expected.metric, subject.line("change", "expected", index, "metric"))
    for index, guard in enumerate(change.guards):
        where = subject.line("change", "guards", index, "metric")
        yield from _unknown(subject, guard.metric, where) or _unmeasured(subject, guard.metric, where)


def _unknown(subject: Subject, metric: str, line: int | None) -> list[Finding]:
    name, _, tool = metric.partition(":")
    tools = [entry.name for entry in subject.version.tools]
    if name == _TOOL_CALL and tool not in tools:
        fix = did_you_mean(tool, tools, "Name a tool of this version, or remove the line")
        return [_finding(line, f"the metric {metric!r} names no tool of this version", "`tool_call:<tool>`", fix)]
    if metric not in subject.metrics:
        fix = did_you_mean(metric, subject.metrics, "Declare it in registry/metrics.yaml, or take one from there")
        return [_finding(line, f"nobody knows the metric {metric!r}", "a metric of registry/metrics.yaml", fix)]
    return []


def _unmeasured(subject: Subject, metric: str, line: int | None) -> list[Finding]:
    """A guard that nothing will ever measure holds back nothing."""
    version = subject.version
    has: dict[str, object] = {
        "output_schema": version.output.schema_,
        "tools": version.tools,
        "fallbacks": version.fallbacks,
        "eval_set": version.evals,
    }
    lacks = [need.replace("_", " ") for need in subject.metrics[metric].needs if need in has and not has[need]]
    fix = "Remove the guard, or add what it needs"
    return [_finding(line, f"nothing measures the guard on {metric!r}: no {need}", need, fix) for need in lacks]


def _finding(line: int | None, found: str, expected: str, fix: str) -> Finding:
    return Finding(CODE, Severity.ERROR, line, found, expected, fix)
