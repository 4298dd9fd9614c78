"""The metrics of a prompt, summed by behavior version, intent and day from the view `metric_value`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from tasks.statistics.ratio import Ratio

from .statements import statement
from .store import Reader

By = Literal["version", "intent", "day"]
_COLUMNS: Mapping[By, str] = {"version": "version, behavior", "intent": "intent", "day": "day"}


class Measured(NamedTuple):
    """One metric of one group. A group is what was asked for: `version` and `behavior`, `intent`, `day`."""

    group: Mapping[str, str | date]
    metric: str
    sums: Ratio


def measured(
    reader: Reader, environment: str, prompt_id: str, *, since: datetime | None, until: datetime, by: Sequence[By]
) -> list[Measured]:
    """In the order of the groups, then of the metric's name. A metric without a value in a group has no entry.

    All arms but shadow. Feedback that nobody gave is missing, not 0; `cost_per_resolved` is there as soon as one
    request of the group was resolved.
    """
    columns = ", ".join(_COLUMNS[one] for one in by)
    given = {"environment": environment, "prompt_id": prompt_id, "since": since, "until": until}
    rows = reader.rows(statement("metric_summary").replace("{by}", columns), given)
    return [_measured(row, columns.split(", ")) for row in rows]


def _measured(row: Mapping[str, Any], columns: Sequence[str]) -> Measured:
    sums = ("n", "units", "value", "weight", "squares", "products", "weights")
    return Measured({name: row[name] for name in columns}, row["metric"], Ratio(**{name: row[name] for name in sums}))
