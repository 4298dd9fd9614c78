"""How an application reads the routing table: polled, cheap, and never in the way.

The last good table is kept while the published one is unreadable, missing or older. A canary is served only while its
lease holds on both clocks: the wall clock says at most `lease_expires_at + clock_skew`, and the monotonic clock at
most `lease_seconds` since this process first saw this `lease_seq`. A process that just started, or did not look for a
while, gives its first sight no more than what `lease_expires_at` leaves. So neither a dead monitor nor a wrong clock
keeps a canary on.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from ..errors import NoRoute, PromptshipError
from .publishing import Publisher
from .routes import Canary, Route, RouteTable


@dataclass(frozen=True)
class Clock:
    """`wall` in seconds since 1970, `monotonic` in seconds since any time."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]


@dataclass(frozen=True)
class Lease:
    """Until when, on either clock."""

    release: str
    seq: int
    wall: float
    monotonic: float


class Reading:
    """The table as this process knows it. `table()` looks at most every `poll_s` seconds, and calls `on_look` then.

    `on_table` hears of a table of remote storage before requests are served by it. It may not raise.
    """

    def __init__(
        self, publisher: Publisher, environment: str, *, poll_s: float, clock_skew_s: float, clock: Clock
    ) -> None:
        self._publisher = publisher
        self._environment = environment
        self._poll_s = poll_s
        self._clock_skew_s = clock_skew_s
        self._clock = clock
        self._lock = threading.Lock()
        self._table: RouteTable | None = None
        self._token: Hashable | None = None
        self._leases: dict[str, Lease] = {}
        self._next_look = float("-inf")
        self._good_at = float("-inf")
        self._stale = True
        self.on_look: Callable[[], None] = lambda: None
        self.on_table: Callable[[RouteTable], None] = lambda _: None
        _all.add(self)

    @property
    def environment(self) -> str:
        return self._environment

    @property
    def poll_s(self) -> float:
        return self._poll_s

    def table(self) -> RouteTable:
        """Raises NoRoute only when there has never been a table."""
        if self._table is None or self._clock.monotonic() >= self._next_look:
            self._look()
        if self._table is None:
            raise self._never()
        return self._table

    def age_s(self) -> float:
        """Seconds since the table was last known to be the newest: 0 while looking succeeds."""
        if not self._stale:
            return 0.0
        if self._good_at == float("-inf") and self._table is not None:
            return max(0.0, self._clock.wall() - self._table.written_at.timestamp())
        return self._clock.monotonic() - self._good_at

    def lease_holds(self, prompt_id: str, release: str) -> bool:
        lease = self._leases.get(prompt_id)
        if lease is None or lease.release != release:
            return False
        return self._clock.monotonic() <= lease.monotonic and self._clock.wall() <= lease.wall

    def holdback_holds(self, route: Route) -> bool:
        return route.holdback is not None and self._clock.wall() <= route.holdback.until.timestamp()

    def _look(self) -> None:
        """One thread looks, the others go on with what is known; only the very first table is waited for."""
        self.on_look()
        if not self._lock.acquire(blocking=self._table is None):
            return
        now = self._clock.monotonic()
        if now < self._next_look:
            self._lock.release()
            return
        self._next_look = now + self._poll_s
        if self._may_go_on(now):
            threading.Thread(target=self._refresh, args=(now,), name="promptship-routes", daemon=True).start()
        else:
            self._refresh(now)

    def _may_go_on(self, now: float) -> bool:
        """Whether remote storage is asked while requests go on: not for the first look, nor for that after a pause."""
        if self._table is None or not self._publisher.remote:
            return False
        return self._stale or now - self._good_at <= 3 * self._poll_s

    def _refresh(self, now: float) -> None:
        """Called with the lock, which it gives back."""
        try:
            self._stale = not self._is_newest(now)
        finally:
            self._lock.release()

    def _is_newest(self, now: float) -> bool:
        """Whether what is known now is what is published."""
        try:
            token = self._publisher.token(self._environment)
            if token is not None and token != self._token:
                self._accept(self._publisher.read_table(self._environment), token, now)
        except (PromptshipError, OSError):
            self._table = self._table or self._newest_of_history()
            return False
        if token is None or token != self._token:
            return False
        self._good_at = now
        return True

    def after_fork(self) -> None:
        """In the child: the thread that held the lock is the parent's."""
        self._lock = threading.Lock()

    def _accept(self, table: RouteTable, token: Hashable, now: float) -> None:
        if self._table is not None and table.generation < self._table.generation:
            return
        watched = now - self._good_at <= 3 * self._poll_s
        self._leases = {
            name: self._lease(name, route.canary, now, watched)
            for name, route in table.prompts.items()
            if route.canary is not None
        }
        if self._publisher.remote:
            self.on_table(table)
        self._table, self._token = table, token

    def _lease(self, prompt_id: str, canary: Canary, now: float, watched: bool) -> Lease:
        known = self._leases.get(prompt_id)
        expires = canary.lease_expires_at.timestamp()
        if known is not None and (known.release, known.seq) == (canary.release, canary.lease_seq):
            return known
        left = expires - self._clock.wall()
        seconds = canary.lease_seconds if watched else min(canary.lease_seconds, left)
        return Lease(canary.release, canary.lease_seq, expires + self._clock_skew_s, now + seconds)

    def _newest_of_history(self) -> RouteTable | None:
        """For a process that starts while the table is unreadable: without canary, whose lease it cannot know."""
        try:
            newest = self._publisher.history(self._environment)[-1:]
            return self._publisher.read_generation(self._environment, newest[0]) if newest else None
        except (PromptshipError, OSError):
            return None

    def _never(self) -> NoRoute:
        return NoRoute(
            f"There is no routing table for the environment {self._environment!r}",
            expected="a table that a release has published",
            fix=f"Release a first version: promptship release start <prompt> <version> -e {self._environment}; "
            "and check that this process has the same PROMPTSHIP_HOME",
        )


_all: weakref.WeakSet[Reading] = weakref.WeakSet()


def _after_fork() -> None:
    for reading in list(_all):
        reading.after_fork()


os.register_at_fork(after_in_child=_after_fork)
