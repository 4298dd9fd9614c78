"""Traffic as the rules see it: what an author expects, or what came of late."""

from __future__ import annotations

from registry.artifact import Risk
from registry.catalog import Catalog
from tasks.lint.linting import TrafficOf, unknown_traffic
from tasks.lint.subject import Traffic


def expected(catalog: Catalog, environment: str, units_per_day: float | None) -> TrafficOf:
    """By the environment's rules for each risk; nothing of the metrics' history is known. Without a number no rule
    speaks of canaries. Raises UnknownEnvironment."""
    if units_per_day is None:
        return unknown_traffic
    from tasks.canary.history import History

    rules, history = catalog.environments.environment(environment), History({}, units_per_day)

    def traffic(risk: Risk) -> Traffic | None:
        return Traffic(rules.policy(risk, name=environment), history)

    return traffic


def units_per_day(last_day: int, last_week: int) -> float | None:
    """From the different units of the last day and of the last seven, that day included. None while all traffic that
    there is came within one day: too early to say."""
    return max(float(last_day), last_week / 7) if last_week > last_day else None
