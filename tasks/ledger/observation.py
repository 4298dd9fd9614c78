"""From requests to units: what one unit of randomisation saw and did, once its windows are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from .release import Release
from .statements import statement
from .store import Reader

Reduction = Literal["any", "all", "mean"]
"""How a unit's values become one: `any` is the largest, `all` the smallest of 0 and 1, `mean` the mean."""

ANSWER_METRICS = (
    "schema_ok", "refusal", "error", "fallback", "tool_error",
    "latency", "first_token", "cost", "prompt_tokens", "output_tokens",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Windows:
    """When a unit is complete, and which metrics beyond those of every answer it is asked for.

    `feedback` and `own` (the application's, in the trace) name metrics with their reduction; `tools` are those whose
    `tool_call:<tool>` is asked for.
    """

    answer: timedelta
    unit: timedelta
    feedback: Mapping[str, Reduction] = field(default_factory=dict)
    own: Mapping[str, Reduction] = field(default_factory=dict)
    tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """One closed unit in one window, of the arm and share of its first request.

    `values` has the same keys in all observations of a window; None is not measured. Yes/no metrics are 0 or 1
    (`schema_ok` 0 when any answer broke its schema), the others means over the window in seconds, USD, tokens. Yes/no
    feedback that nobody gave is 0: silence is how most users say no.
    """

    unit: str
    arm: Literal["canary", "live"]
    share_bps: int
    intent: str
    closed_at: datetime
    values: Mapping[str, float | None]
    window: Literal["answer", "feedback"]


AHEAD = timedelta(days=1)
"""So far ahead may the clock be that a release was opened by. Its units are its own: this only bounds what is read."""


def unit_observations(
    reader: Reader, release: Release, now: datetime, windows: Windows, after: datetime | None = None
) -> list[Observation]:
    """The units of a release's newest canary that are closed at `now`, in (closed_at, unit) order, answers before
    feedback.

    A unit closes when `answer_window` after its first request is over and that request is in the ledger; a second time,
    for feedback, when `unit_window` is over. What was closed once never changes. `after` leaves out what closed before.
    """
    given = _asked(release.environment, release.prompt_id, release.started_at - AHEAD, now, windows, after)
    sql = f"WITH first AS ({statement('first_assigned')}) {statement('unit_observation')}"
    rows = reader.rows(sql, given | {"release_id": release.release_id})
    return _observations(rows, now, windows, after)


def history(
    reader: Reader,
    environment: str,
    prompt_id: str,
    behavior: str,
    *,
    since: datetime,
    until: datetime,
    windows: Windows,
    after: datetime | None = None,
) -> list[Observation]:
    """The units that a behavior served as live in a span of time, as if each had been assigned at its first request."""
    given = _asked(environment, prompt_id, since, until, windows, after) | {"behavior": behavior}
    sql = f"WITH first AS ({statement('first_served')}) {statement('unit_observation')}"
    return _observations(reader.rows(sql, given), until, windows, after)


def held_observations(
    reader: Reader,
    release: Release,
    now: datetime,
    windows: Windows,
    *,
    since: datetime,
    share_bps: int,
    after: datetime | None = None,
) -> list[Observation]:
    """New units after the promotion at `since`: live's as arm `canary`, at this share, the holdback's as arm `live`.

    A unit that was in the canary's comparison is not counted again.
    """
    given = _asked(release.environment, release.prompt_id, since, now, windows, after)
    given |= {"release_id": release.release_id, "behavior": release.to_behavior, "share_bps": share_bps}
    sql = f"WITH first AS ({statement('first_held')}) {statement('unit_observation')}"
    rows = reader.rows(sql, given)
    arms = {"live": "canary", "holdback": "live"}
    return _observations([{**row, "arm": arms[row["arm"]]} for row in rows], now, windows, after)


def observed_between(
    reader: Reader,
    release: Release,
    behavior: str,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    windows: Windows,
    held: bool = False,
) -> list[Observation]:
    """Units whose first request lies in a span, closed at `now`: arm `canary` is the release's version, `live` the one
    before, and units of its canary are left out.

    Those that `behavior` served as live; with `held` also the holdback's.
    """
    given = _asked(release.environment, release.prompt_id, since, now, windows, None)
    given |= {"release_id": release.release_id, "behavior": behavior, "until": until, "held": held}
    sql = f"WITH first AS ({statement('first_between')}) {statement('unit_observation')}"
    arms = {"live": "canary" if behavior == release.to_behavior else "live", "holdback": "live"}
    rows = [{**row, "arm": arms[row["arm"]]} for row in reader.rows(sql, given)]
    return _observations(rows, now, windows, None)


def crossed(reader: Reader, release: Release, now: datetime) -> int:
    """How many units of a release were served by both arms."""
    given = {
        "release_id": release.release_id,
        "environment": release.environment,
        "prompt_id": release.prompt_id,
        "since": release.started_at,
        "now": now,
    }
    return int(reader.rows(statement("crossed"), given)[0]["units"])


def _asked(
    environment: str, prompt_id: str, since: datetime, now: datetime, windows: Windows, after: datetime | None
) -> dict[str, Any]:
    return {
        "environment": environment,
        "prompt_id": prompt_id,
        "since": since,
        "now": now,
        "after": after,
        "answer_window": windows.answer,
        "unit_window": windows.unit,
        "own": list(windows.own),
        "tools": list(windows.tools),
        "feedback": list(windows.feedback),
    }


def _observations(
    rows: list[dict[str, Any]], now: datetime, windows: Windows, after: datetime | None
) -> list[Observation]:
    seen = [_answer(row, windows) for row in rows]
    if windows.feedback:
        seen += [_said(row, windows) for row in rows if row["said_at"] <= now]
    kept = [one for one in seen if after is None or one.closed_at >= after]
    return sorted(kept, key=lambda one: (one.closed_at, one.unit, one.window))


def _answer(row: Mapping[str, Any], windows: Windows) -> Observation:
    values = {name: row[name] for name in ANSWER_METRICS}
    values |= _named(row, "own", windows.own)
    tools = _named(row, "tool", dict.fromkeys(windows.tools, "any"))
    values |= {f"tool_call:{name}": value for name, value in tools.items()}
    return _observation(row, row["closed_at"], values, "answer")


def _said(row: Mapping[str, Any], windows: Windows) -> Observation:
    values = _named(row, "said", windows.feedback)
    spoken = {
        name: 0.0 if value is None and windows.feedback[name] != "mean" else value for name, value in values.items()
    }
    return _observation(row, row["said_at"], spoken, "feedback")


def _named(row: Mapping[str, Any], source: str, asked: Mapping[str, Reduction]) -> dict[str, float | None]:
    cells = {cell["name"]: cell for cell in row["cells"] if cell["source"] == source}
    column = {"any": "high", "all": "low", "mean": "mean"}
    return {name: cells[name][column[kind]] if name in cells else None for name, kind in asked.items()}


def _observation(
    row: Mapping[str, Any],
    closed_at: datetime,
    values: Mapping[str, float | None],
    window: Literal["answer", "feedback"],
) -> Observation:
    return Observation(row["unit"], row["arm"], row["share_bps"], row["intent"], closed_at, values, window)
