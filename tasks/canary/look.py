"""What a look says: one action, one row a guard, and the sentences people read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from tasks.canary.plan import LeftOut
from tasks.release.verdict import GuardVerdict


class Action(StrEnum):
    """What the watcher does next. Only ADVANCE and PROMOTE move traffic towards the candidate."""

    ADVANCE = "advance"
    PROMOTE = "promote"
    WAIT = "wait"
    HOLD = "hold"
    ROLL_BACK = "roll_back"


@dataclass(frozen=True, slots=True)
class GuardRow:
    """One guard in one look; rows per intent (`intent` not None) stand only where the plan judges intents.

    `value` with `low` and `high` is the estimated change canary - live (a ratio for seconds, USD and tokens; the
    canary's own mean for level guards) and its 95 % asymptotic confidence sequence: shown, it decides nothing.
    `n_canary` and `n_live` are units in closed batches. `proof` is the e-value of "not worse than the margin of the
    next step", needed: 20.
    """

    guard: str
    metric: str
    intent: str | None
    verdict: GuardVerdict
    reason: str
    limit: str
    value: float | None
    low: float | None
    high: float | None
    n_canary: int
    n_live: int
    proof: float | None
    proof_needed: float


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The check that units arrive in the ratio of the shares: e-value (alarm at 100) and the counts behind it."""

    of: str
    e_value: float
    alarm: bool
    canary: int
    live: int


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of one look. `reason` is the sentence that decided, `sentences` all that is worth saying.

    `harm` is the screened e-value of the release (rolled back at `harm_needed`), `suspicion` the unscreened one (held
    from `hold_at`). `units` are canary and live units of this step, `total` of the whole canary. `overdue`: the
    deadline is over. `renews`: this look lets the lease be renewed; not after a rollback, and not without telemetry.
    """

    action: Action
    renews: bool
    reason: str
    sentences: tuple[str, ...]
    rows: tuple[GuardRow, ...]
    sample_ratio: tuple[SampleRatio, ...]
    left_out: tuple[LeftOut, ...]
    share_bps: int
    next_share_bps: int
    harm: float
    harm_needed: float
    suspicion: float
    hold_at: float
    units_canary: int
    units_live: int
    total_canary: int
    total_live: int
    units_needed: int
    dwell_left: timedelta
    overdue: bool
    breaches: tuple[str, ...]

    def evidence(self) -> dict[str, Any]:
        """JSON for the ledger."""
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped


_ADAPTER = TypeAdapter(Look)
