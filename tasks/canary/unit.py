"""What the canary sees of one unit of randomisation (a session): one observation, counted once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Window = Literal["answer", "feedback"]


@dataclass(frozen=True, slots=True)
class Unit:
    """One closed unit, of the arm of its first request.

    `share_bps` is the canary's share when the unit was first seen. `closed_at` is UTC, and later than every closing
    that an earlier look could have seen. `values` has a key for each metric that this window observes, alike in both
    arms; None = not measured in this unit. Yes/no metrics are 0 or 1 (`schema_ok` 0 when any answer broke the
    schema), seconds, USD and tokens are means over the unit's requests; a time-out has the cap as its latency, not
    None. A unit whose feedback closes later than its answers is given twice, once in each window; only `answer`
    counts as a unit.
    """

    unit: str
    arm: Literal["canary", "live"]
    share_bps: int
    intent: str
    closed_at: datetime
    values: Mapping[str, float | None]
    window: Window = "answer"


@dataclass(frozen=True, slots=True)
class Arms:
    """Counts of units by arm."""

    canary: int = 0
    live: int = 0

    def plus(self, arm: Literal["canary", "live"], n: int = 1) -> Arms:
        return Arms(self.canary + n, self.live) if arm == "canary" else Arms(self.canary, self.live + n)
