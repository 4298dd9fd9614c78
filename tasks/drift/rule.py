"""Two keys: nobody is woken by one draw.

A screen whose z / phi reaches 3 asks for a second, fresh and larger draw at least an hour later, against the same
reference; only if that one reaches 3 too is the change confirmed. A look that does not reach it clears the watch: there
is no third try. Where phi is above 2, both keys must turn once more the next night before anybody is woken. Screens of
independent calls fire on less than 1 % of looks, so the second key is nearly free and the chance of both is its square.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

KEY = 3.0
CONFIRM_AFTER = timedelta(hours=1)
NEXT_NIGHT = timedelta(hours=12)
DISPERSED = 2.0

NUMERICS_FLOOR = 0.10
"""exTV of the fingerprint below which nothing is found, whatever its z: noisy endpoints never got there."""
CHANGED_FLOOR = 0.20
"""exTV from which the endpoint counts as changed, not only its arithmetic."""
LOGPROBS_FLOOR = 0.10
"""Nats above chance below which log-probabilities count as unchanged: another kernel moves them by .07."""
LOGPROBS_CHANGED_FLOOR = 0.20
"""Nats from which the endpoint counts as changed: a cache of 4 bits, a hidden prefix, other weights."""
WEEK_FLOOR = 0.01
"""Bag-of-words MMD^2 below which a week's pooled answers count as unchanged."""


class Draw(StrEnum):
    """What the next look needs: the nightly number of calls, or the larger fresh one."""

    SCREEN = "screen"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Look:
    """One draw that was compared: its statistic, the endpoint's phi then, and the leg's effect."""

    at: datetime
    z: float
    phi: float
    effect: float
    calls: int

    def turns(self, floor: float) -> bool:
        """Whether this look turns its key."""
        return self.z / self.phi >= KEY and self.effect >= floor


@dataclass(frozen=True, slots=True)
class Watch:
    """One leg of one endpoint or cell. `looks`: the keys turned in a row, the first one first.

    `floor`: the leg's least effect, in its own unit; 0 for nightly texts.
    """

    floor: float = 0.0
    looks: tuple[Look, ...] = ()

    @property
    def first_seen(self) -> datetime | None:
        return self.looks[0].at if self.looks else None

    @property
    def open(self) -> bool:
        """A screen fired and its confirmation is missing."""
        return len(self.looks) % 2 == 1

    @property
    def confirmed(self) -> bool:
        """Both keys turned: the change is real. Not taken back while the repetition of a noisy endpoint is open."""
        return len(self.looks) >= 2

    @property
    def pages(self) -> bool:
        """Confirmed, and repeated a night later where the endpoint is noisy: now a person is woken."""
        noisy = any(look.phi > DISPERSED for look in self.looks[:2])
        return len(self.looks) >= (4 if noisy else 2)

    @property
    def effect(self) -> float | None:
        """Of the last confirmation: the screen's own is too large, because it was chosen for being large."""
        return self.looks[len(self.looks) // 2 * 2 - 1].effect if self.confirmed else None

    def moved(self, floor: float) -> bool:
        """Whether the change is confirmed and this large."""
        return self.effect is not None and self.effect >= floor

    def wants(self) -> Draw | None:
        """The next draw; None once a person is needed, until they accept or roll back."""
        if self.pages:
            return None
        return Draw.CONFIRM if self.open else Draw.SCREEN

    def not_before(self) -> datetime | None:
        """When the next draw may be made; None: at any time."""
        if not self.looks or self.pages:
            return None
        return self.looks[-1].at + (CONFIRM_AFTER if self.open else NEXT_NIGHT)

    def take(self, look: Look) -> Watch:
        """The watch after a look. Raises ValueError for a look that is not wanted, or comes too early."""
        earliest = self.not_before()
        if self.pages:
            raise ValueError("The change is confirmed: a person accepts it or rolls back")
        if earliest is not None and look.at < earliest:
            raise ValueError(f"A look at {look.at} is too early: the next one counts from {earliest} on")
        return replace(self, looks=(*self.looks, look) if look.turns(self.floor) else ())

    def dump(self) -> dict[str, Any]:
        dumped: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return dumped

    @classmethod
    def load(cls, value: Mapping[str, Any]) -> Watch:
        return _ADAPTER.validate_python(value)


_ADAPTER = TypeAdapter(Watch)
