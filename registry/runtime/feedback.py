"""Feedback that may be given: the vocabulary's own (thumbs_down, retried, ...) and what an application declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import SettingsError, UnknownMetric, UsageError

if TYPE_CHECKING:
    from ..metrics import Metric, Metrics
    from ..roots import Roots

SAID = frozenset({"feedback", "sampling"})
BOUNDED = {"yes_no": "0 or 1", "fraction": "a number from 0 to 1"}


def vocabulary(found: Callable[[], Roots]) -> Metrics:
    """Of the team's registry where there is one, else what ships with the SDK."""
    from ..metrics import built_in, load_metrics

    try:
        path = found().registry / "metrics.yaml"
    except SettingsError:
        return built_in()
    return load_metrics(path) if path.is_file() else built_in()


def value_of(name: str, value: float, metrics: Metrics) -> float:
    """`value` when it can be said of an answer. Raises UnknownMetric and UsageError."""
    allowed = [known for known in metrics if _is_said(metrics[known])]
    if name not in allowed:
        raise _unknown(name, allowed, measured=name in metrics)
    kind = metrics[name].kind
    fits = {"yes_no": value in (0, 1), "fraction": 0 <= value <= 1}.get(kind, True)
    if not fits:
        raise UsageError(f"{name} is {value!r}", expected=BOUNDED[kind], fix="Say it in the metric's own unit")
    return value


def _is_said(metric: Metric) -> bool:
    """What a request's record measures by itself is not to be said a second time."""
    from ..metrics import built_in

    return metric.name not in built_in() or bool(SAID & set(metric.needs))


def _unknown(name: str, allowed: list[str], measured: bool) -> UnknownMetric:
    from ..nearest import did_you_mean

    found = f"{name!r} is measured, not said" if measured else f"There is no feedback {name!r}"
    return UnknownMetric(
        found,
        expected=f"one of {sorted(allowed)!r}",
        fix=did_you_mean(name, allowed, "Declare it in registry/metrics.yaml"),
    )
