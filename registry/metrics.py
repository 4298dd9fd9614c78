"""`metrics.yaml`: the one vocabulary of guards, change notes, views, charts and exporters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from .artifact import Guard
from .errors import UnknownMetric
from .files import load
from .nearest import did_you_mean, listed
from .strict import Strict

Kind = Literal["yes_no", "seconds", "usd", "tokens", "distance", "fraction"]
Bad = Literal["up", "down", "both"]
Place = Literal["eval", "shadow", "live", "daily", "view"]
Need = Literal[
    "eval_set", "output_schema", "fallbacks", "tools", "price", "feedback", "sampling", "embeddings", "cost", "resolved"
]
TOOL_CALL = "tool_call:<tool>"
MetricKey = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|tool_call:<tool>)$", examples=["basket_value"])]
_TWIN = {
    "max_increase": "max_decrease",
    "max_decrease": "max_increase",
    "max_ratio": "min_ratio",
    "min_ratio": "max_ratio",
}


class Metric(Strict):
    """`default_guard` of a metric that is bad both ways holds in both directions, see `default_guards`."""

    name: str
    description: str = ""
    kind: Kind
    unit: str | None = None
    bad: Bad
    measured: tuple[Place, ...] = ("live",)
    default_guard: Guard | None = None
    needs: tuple[Need, ...] = ()

    @property
    def default_guards(self) -> tuple[Guard, ...]:
        """None, one, or for `bad: both` two guards: a ratio r up has its twin 2 - r down (+-10 % is 1.1 and 0.9)."""
        guard = self.default_guard
        if guard is None or self.bad != "both" or guard.bound not in _TWIN:
            return () if guard is None else (guard,)
        limit = 2 - guard.limit if guard.bound.endswith("ratio") else guard.limit
        return guard, Guard.model_validate(
            {"metric": guard.metric, _TWIN[guard.bound]: round(limit, 12), "per": guard.per}
        )


class Metrics(Mapping[str, Metric]):
    """All metrics by name. `tool_call:search` is known through the entry `tool_call:<tool>`, and not listed."""

    def __init__(self, entries: Mapping[str, Metric]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Metric:
        if name not in self._entries and name.startswith("tool_call:") and TOOL_CALL in self._entries:
            return _for_tool(self._entries[TOOL_CALL], name)
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def metric(self, name: str) -> Metric:
        """Raises UnknownMetric with the nearest name."""
        if name not in self:
            raise UnknownMetric(
                f"There is no metric {name!r}",
                expected=f"one of {listed(self, 40)}",
                fix=did_you_mean(name, self, "Declare it in registry/metrics.yaml"),
            )
        return self[name]


def load_metrics(path: Path) -> Metrics:
    """Raises InvalidFile."""
    return Metrics(load(path, dict[MetricKey, Metric], prepare=_named))


@cache
def built_in() -> Metrics:
    """The vocabulary that ships beside this module."""
    return load_metrics(Path(__file__).with_name("metrics.yaml"))


def metric(name: str, metrics: Metrics | None = None) -> Metric:
    """One metric of the given vocabulary, else of the built-in one. Raises UnknownMetric."""
    return (metrics or built_in()).metric(name)


def _for_tool(entry: Metric, name: str) -> Metric:
    guard = entry.default_guard.model_copy(update={"metric": name}) if entry.default_guard else None
    return entry.model_copy(update={"name": name, "default_guard": guard})


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """The file does not repeat a metric's name inside its entry and its guard."""
    return {name: _with_name(name, entry) if isinstance(entry, dict) else entry for name, entry in data.items()}


def _with_name(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    guard = entry.get("default_guard")
    if isinstance(guard, dict):
        label = "tool_call:any" if name == TOOL_CALL else name
        entry = {**entry, "default_guard": {"metric": label, **guard}}
    return {"name": name, **entry}
