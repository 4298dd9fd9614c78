"""From guards to the files that a team commits beside its dashboards. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import yaml

from registry.artifact import Guard
from registry.metrics import TOOL_CALL, Metrics

from .alert import Alert
from .dashboard import dashboard
from .names import hidden
from .rules import rule_file, test_file

RULES, TESTS = "promptship.rules.yaml", "promptship.rules.test.yaml"
DASHBOARD = "promptship.dashboard.json"
_HEAD = "# Written by `promptship observability render`; render again instead of editing.\n"


class Watched(NamedTuple):
    """A version that serves, or is about to, with the guards of its change note. `behavior` is shown as `bv_...`."""

    prompt: str
    version: str
    behavior: str
    guards: Sequence[Guard]


class Rendered(NamedTuple):
    """`left_out` says which guard has no alert, and why."""

    files: Mapping[str, str]
    alerts: tuple[Alert, ...]
    left_out: tuple[str, ...]


def render(environment: str, watched: Sequence[Watched], levels: Sequence[Guard], metrics: Metrics) -> Rendered:
    """`levels` are the environment's, for every prompt."""
    wanted = sorted(_alerts(environment, watched, levels), key=lambda alert: alert.prompt)
    why = [_left_out(alert, metrics) for alert in wanted]
    alerts = tuple(alert for alert, left in zip(wanted, why, strict=True) if left is None)
    shown = [metrics[name] for name in metrics if name != TOOL_CALL and hidden(metrics[name]) is None]
    prompts = sorted({one.prompt for one in watched})
    left_out = tuple(dict.fromkeys(left for left in why if left))
    files = {
        RULES: _yaml(rule_file(alerts), *(f"no alert for {one}" for one in left_out)),
        TESTS: _yaml(test_file(alerts, RULES)),
        DASHBOARD: json.dumps(dashboard(environment, prompts, shown, levels), indent=2) + "\n",
    }
    return Rendered(files, alerts, left_out)


def _alerts(environment: str, watched: Sequence[Watched], levels: Sequence[Guard]) -> Iterator[Alert]:
    """Those of versions, then for each prompt those of the environment."""
    for one in watched:
        for guard in one.guards:
            level = guard.bound in ("max", "min")
            yield Alert(environment, one.prompt, guard, *(() if level else (one.behavior, one.version)))
    for prompt in sorted({one.prompt for one in watched}):
        yield from (Alert(environment, prompt, guard) for guard in levels)


def _left_out(alert: Alert, metrics: Metrics) -> str | None:
    guard = alert.guard
    why = hidden(metrics.metric(guard.metric))
    if why is None and guard.bound in ("max", "min") and guard.limit <= 0:
        why = "a counter cannot show values below 0"
    return f"{alert.prompt}: {guard.bound} of {guard.metric}: {why}" if why else None


def _yaml(document: dict[str, Any], *remarks: str) -> str:
    head = _HEAD + "".join(f"# {remark}\n" for remark in remarks)
    return head + yaml.safe_dump(document, sort_keys=False, width=120)
