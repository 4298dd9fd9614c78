"""Counters over what the ledger takes in: they begin at 0 with the process and only grow.

Retention deletes requests, so totals of the ledger shrink; what was counted here stays counted. A series is 0 at the
reading that first shows it and has its values from the next on: Prometheus takes a first sample as the beginning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from registry.behavior import short
from registry.errors import LedgerError
from tasks.ledger import exposed
from tasks.ledger.exposed import Added
from tasks.ledger.store import Store

from .exposition import Family, exposition
from .names import COUNT, LABELS, LAST, READABLE, VALUE

Labels = tuple[str, ...]


@dataclass
class Sums:
    value: float = 0.0
    count: int = 0


@dataclass
class Counters:
    """`read` may be called by several threads."""

    store: Store
    _began: bool = False
    _after: datetime | None = None
    _shown: dict[Labels, Sums] = field(default_factory=dict)
    _waiting: dict[Labels, Sums] = field(default_factory=dict)
    _last: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def read(self) -> str:
        """What Prometheus gets. A ledger that cannot be read leaves the counters as they are, and says so."""
        with self._lock:
            readable = self._look()
            return exposition(self._families(readable))

    def _look(self) -> bool:
        try:
            if not self._began:
                self._after = self.store.read(exposed.newest)
                self._began = True
            found = self.store.read(lambda view: exposed.added(view, self._after))
        except LedgerError:
            return False
        self._settle()
        self._after = found.until
        for one in found.rows:
            self._add(one)
        self._last.update(found.last)
        return True

    def _settle(self) -> None:
        """What was shown as 0 the last time gets its values."""
        for labels, sums in self._waiting.items():
            self._shown[labels] = sums
        self._waiting.clear()

    def _add(self, one: Added) -> None:
        labels = (one.environment, one.prompt, one.version, short(one.behavior), one.arm, one.intent, one.metric)
        known = self._shown.get(labels) or self._waiting.setdefault(labels, Sums())
        known.value += one.value
        known.count += one.n

    def _families(self, readable: bool) -> Iterator[Family]:
        shown = {**self._shown, **{labels: Sums() for labels in self._waiting}}
        series = [(dict(zip(LABELS, labels, strict=True)), sums) for labels, sums in sorted(shown.items())]
        values = [(labels, sums.value) for labels, sums in series]
        counts: list[tuple[Mapping[str, str], float]] = [(labels, float(sums.count)) for labels, sums in series]
        yield Family(VALUE, "counter", "Sum of a metric's values over requests, in its own unit.", values)
        yield Family(COUNT, "counter", "Requests that have a value of the metric; those of `error` are all.", counts)
        last = [
            ({"environment": environment, "prompt": prompt}, at.timestamp())
            for (environment, prompt), at in sorted(self._last.items())
        ]
        yield Family(LAST, "gauge", "When the newest request began that was taken in.", last)
        yield Family(READABLE, "gauge", "1 when the ledger could be read.", [({}, float(readable))])
