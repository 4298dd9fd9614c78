"""What an expectation came to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal

Basis = Literal["canary and holdback", "canary", "holdback", "before and after", "gate", "none"]
"""What was compared: units served at the same time, the time before with the time after, or the gate's cases."""


class Finding(StrEnum):
    MOVED = "moved"
    DID_NOT_MOVE = "did not move"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Observed:
    """One expected line, and beside it what happened: new minus old with its interval, in the metric's unit.

    `came_true` is None when nobody can tell; a line that says `flat` comes true when nothing moved. Numbers are None
    where nothing could be compared, `old` also where only the difference is known.
    """

    metric: str
    direction: str
    by: float | None
    unit: str | None
    intent: str | None
    outcome: Finding
    came_true: bool | None
    value: float | None
    low: float | None
    high: float | None
    old: float | None
    n_new: int
    n_old: int
    basis: Basis
    reason: str

    def dump(self) -> dict[str, Any]:
        return {**asdict(self), "outcome": str(self.outcome)}


def overall(lines: tuple[Observed, ...]) -> Finding:
    """One word for a release: of the announced moves the worst; where none was announced, whether anything moved."""
    said = {line.outcome for line in lines if line.direction != "flat"}
    if said:
        order = (Finding.DID_NOT_MOVE, Finding.CANNOT_TELL, Finding.MOVED)
    else:
        said, order = {line.outcome for line in lines}, (Finding.MOVED, Finding.CANNOT_TELL, Finding.DID_NOT_MOVE)
    return next((finding for finding in order if finding in said), Finding.CANNOT_TELL)
