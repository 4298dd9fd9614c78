"""The requests of two windows, summed for `tasks.explain`: nothing but sums leaves the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from .statements import statement
from .store import Reader

COLUMNS = (
    "schema_ok", "refusal", "error", "fallback", "tool_error",
    "latency", "first_token", "cost", "prompt_tokens", "output_tokens",
)  # fmt: skip
"""Metrics that are columns of the view `request`; all others are rows of `metric_beside`."""

BLOCKS = 400
"""Units are drawn together by so many hashes; fewer units are nearly always alone."""


class Window(NamedTuple):
    """Requests from `since` until before `until`, of one behavior version or, with None, of all."""

    since: datetime
    until: datetime
    behavior: str | None = None


class Asked(NamedTuple):
    """A metric of a prompt in an environment, before and after; a request in both windows counts as after."""

    environment: str
    prompt_id: str
    metric: str
    before: Window
    after: Window


class Counted(NamedTuple):
    """Requests with a value in one window (0 or 1) and behavior, and how many of them have each driver."""

    side: int
    behavior: str
    n: int
    known: Mapping[str, int]


def counted(reader: Reader, asked: Asked, drivers: Sequence[str]) -> list[Counted]:
    """The windows' requests by behavior, the most frequent first."""
    counts = "".join(f", count({name}) AS {name}" for name in drivers)
    # the names are columns of this code, values are parameters
    sql = f"""{_windowed(asked.metric)} SELECT side, behavior, count(*) AS n{counts} FROM windowed
        WHERE side IS NOT NULL GROUP BY side, behavior ORDER BY side, n DESC, behavior"""  # noqa: S608
    rows = reader.rows(sql, _given(asked))
    return [Counted(row["side"], row["behavior"], row["n"], {name: row[name] for name in drivers}) for row in rows]


def moments(reader: Reader, asked: Asked, drivers: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of window, stratum, behavior, block, n, y, x, xy, xx (a list of rows).

    A request that lacks one of the drivers is in a stratum of its own, where that driver is 0 for all.
    """
    lacking = "".join(f" || CASE WHEN {name} IS NULL THEN ' without {name}' ELSE '' END" for name in drivers)
    filled = [f"coalesce({name}, 0)" for name in drivers]
    pairs = [f"[{', '.join(f'sum({one} * {other})' for other in filled)}]" for one in filled]
    columns = {
        "x": _list(f"sum({one})" for one in filled),
        "xy": _list(f"sum({one} * y)" for one in filled),
        "xx": _list(pairs),
    }
    sums = ", ".join(f"{text} AS {name}" for name, text in columns.items())
    sql = f"""{_windowed(asked.metric)} SELECT side AS window, intent{lacking} AS stratum, behavior, block,
        count(*) AS n, sum(y) AS y, {sums} FROM windowed WHERE side IS NOT NULL GROUP BY ALL ORDER BY 1, 2, 3, 4"""  # noqa: S608
    return reader.rows(sql, _given(asked))


def component_shas(reader: Reader, behaviors: Sequence[str]) -> dict[str, dict[str, str]]:
    """The components of those behavior versions that a release knows."""
    rows = reader.rows(statement("component_shas"), {"behaviors": list(behaviors)})
    return {row["behavior"]: row["components"] for row in rows}


def _windowed(metric: str) -> str:
    if metric in COLUMNS:
        return statement("windowed").replace("{value}", f"r.{metric}").replace("{source}", "request r")
    source = (
        "(SELECT trace_id, value FROM metric_beside WHERE metric = $metric) v JOIN request r ON r.trace_id = v.trace_id"
    )
    return statement("windowed").replace("{value}", "v.value").replace("{source}", source)


def _list(parts: Iterable[str]) -> str:
    return f"[{', '.join(parts)}]"


def _given(asked: Asked) -> dict[str, Any]:
    before, after = asked.before, asked.after
    named = {} if asked.metric in COLUMNS else {"metric": asked.metric}
    return named | {
        "environment": asked.environment,
        "prompt_id": asked.prompt_id,
        "since_before": before.since,
        "until_before": before.until,
        "behavior_before": before.behavior,
        "since": after.since,
        "until": after.until,
        "behavior": after.behavior,
        "blocks": BLOCKS,
    }
