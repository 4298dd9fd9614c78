"""What the stages reach: the registry, the ledger, the routes, and somebody to tell about progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from registry.catalog import Catalog
from registry.roots import Roots
from registry.runtime.publishing import Publisher
from registry.runtime.storage import publisher
from tasks.ledger.store import Store


class Progress(NamedTuple):
    """`done` of `total` in a stage; `total` is None while nobody can know it. `ended`: the note is what it found."""

    stage: str
    done: int
    total: int | None
    note: str = ""
    ended: bool = False


Tell = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Nobody watches."""


def wall_clock() -> datetime:
    """The only clock of the pipeline; tests give their own."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workspace:
    """One state directory and one registry; cheap to make, everything is opened on first use."""

    roots: Roots
    actor: str = "cli"
    tell: Tell = field(default=silent)
    now: Callable[[], datetime] = field(default=wall_clock)
    pause: Callable[[float], None] = field(default=time.sleep)

    @classmethod
    def here(cls, actor: str = "flow", tell: Tell = silent) -> Workspace:
        """The workspace of this process's environment. Raises SettingsError when there is none."""
        return cls(Roots.find(), actor, tell)

    @cached_property
    def catalog(self) -> Catalog:
        return Catalog(self.roots.registry)

    @cached_property
    def store(self) -> Store:
        return Store.of(self.roots)

    @cached_property
    def publisher(self) -> Publisher:
        return publisher(self.roots)
