"""A blessed endpoint or cell during a night, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tasks.drift.contract import Contract, Level
from tasks.drift.verdict import Leg
from tasks.ledger.drift import LegName

from .blessing import Blessed
from .lenses import Legs, Weekly, missing
from .looking import Lens, Looked
from .target import Endpoint, Target


@dataclass
class Watched:
    """`calls` are those made for it tonight."""

    target: Target
    known: Blessed
    lenses: Legs
    contract: Contract | None = None
    looked: dict[LegName, Looked] = field(default_factory=dict)
    calls: int = 0

    def leg(self, name: LegName) -> Leg | None:
        """None for a leg that it does not have, and for a week that is not full."""
        found = self.looked.get(name)
        if found is None or (name == "week" and not found.drawn and not found.leg.watch.looks):
            return None
        return found.leg

    @property
    def legs(self) -> list[Leg]:
        return [leg for name in self.looked if (leg := self.leg(name)) is not None]

    @property
    def due(self) -> list[tuple[datetime, Lens[Any, Any]]]:
        """The second draws that are open, and when each may be made."""
        watches = [(self.looked[lens.name].leg.watch, lens) for lens in self.lenses if lens.name in self.looked]
        return [(at, lens) for watch, lens in watches if watch.open and (at := watch.not_before()) is not None]

    @property
    def changed(self) -> bool:
        """By its contract."""
        return self.contract is not None and self.contract.level.severity >= Level.CHANGED.severity

    @property
    def alarming(self) -> bool:
        """Its cells are looked at more closely tonight."""
        return self.changed or any(leg.watch.looks for leg in self.legs)

    @property
    def first_seen(self) -> datetime | None:
        return min((leg.watch.first_seen for leg in self.legs if leg.watch.first_seen), default=None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What it was not compared by."""
        if isinstance(self.target, Endpoint):
            return missing(self.known)
        weeks = [lens for lens in self.lenses if isinstance(lens, Weekly)]
        if self.target.cell.tier != "A" or self.leg("week") is not None:
            return ()
        return tuple(lens.progress for lens in weeks)

    @property
    def examples(self) -> Sequence[dict[str, str]]:
        """Of the first leg that was drawn tonight and turned a key."""
        return next((one.examples for one in self.looked.values() if one.examples), ())
