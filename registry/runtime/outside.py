"""Records of model calls that others make: LiteLLM, its proxy, instrumented SDKs. The stamp came with the request.

A call that failed may be tried again by whoever made it, so it waits: for calls of the same stamp that go on, and then
a moment. An answer counts the failures before it as attempts and their time as its own, and a failure that stays alone
becomes the record. What comes after the first record of a stamp has a trace id of its own. Template variables are not
known here.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ..roots import Roots
from .artifact_file import Artifact
from .drivers import Reply
from .ids import new_id
from .notes import Notes
from .outcome import Outcome, Retrieval
from .publishing import Publisher
from .recorder import Recorder
from .shelf import Shelf
from .spool import Spool
from .stamp import Stamp
from .storage import publisher as published

GRACE_S = 5.0
REMEMBERED = 10_000


class Took(NamedTuple):
    """When a call began and ended, in seconds since 1970."""

    began: float
    ended: float


@dataclass
class _Request:
    """What is known of one stamp. `due` is when a failure that waits becomes a record; `failed` spans all of them."""

    stamp: Stamp
    notes: Notes = field(default_factory=Notes)
    written: bool = False
    open: set[Hashable] = field(default_factory=set)
    due: float | None = None
    failed: Took | None = None

    def since(self, took: Took) -> Took:
        """With the failures before it."""
        before = self.failed or took
        return Took(min(before.began, took.began), max(before.ended, took.ended))


class Outside:
    """One a process; safe to use from many threads. Close it where the process ends its work. `records` counts."""

    def __init__(self, spool: Spool, publisher: Publisher, *, grace_s: float = GRACE_S) -> None:
        self._spool = spool
        self._shelf = Shelf(publisher)
        self._recorder = Recorder(spool, self._shelf.price)
        self._grace_s = grace_s
        self._lock = threading.Lock()
        self._requests: OrderedDict[str, _Request] = OrderedDict()
        self._timer: threading.Timer | None = None
        self.records = 0
        atexit.register(self.close)

    @classmethod
    def find(cls, roots: Roots | None = None) -> Outside:
        """Raises SettingsError when no root is found."""
        found = roots or Roots.find()
        return cls(Spool(found.spool), published(found))

    def calling(self, stamp: Stamp, call: Hashable) -> None:
        """`call` goes on until it is said to have ended: until then no failure is the last word."""
        with self._lock:
            request = self._request(stamp)
            request.open.add(call)
            request.due = None

    def ended(self, stamp: Stamp, call: Hashable) -> None:
        with self._lock:
            request = self._request(stamp)
            request.open.discard(call)
            self._settle(request)

    def answered(
        self,
        stamp: Stamp,
        reply: Reply,
        took: Took,
        models: tuple[str | None, ...] = (),
        cost: float | None = None,
        failures: int = 0,
    ) -> None:
        """`models` are the names of the one that answered: a fallback of the version where they say so. `cost`, in
        USD, counts only when no price is published. `failures` are attempts before it that nobody told of."""
        with self._lock:
            request = self._request(stamp)
            request.notes.failures += failures
            whole = request.since(took)
            if reply.first_token_s is not None:
                reply = replace(reply, first_token_s=reply.first_token_s + took.began - whole.began)
            request.notes.replied(reply)
            self._write(request, None, whole, models, cost)

    def failed(self, stamp: Stamp, error: str, took: Took, calls: int = 1) -> None:
        """After `calls` attempts that nobody told of before."""
        with self._lock:
            request = self._request(stamp)
            request.notes.failed(error, calls)
            request.failed = request.since(took)
            self._settle(request)

    def retrieved(self, stamp: Stamp, found: Retrieval) -> None:
        """Goes with the next answer."""
        with self._lock:
            self._request(stamp).notes.retrieved(found)

    def tool_called(self, stamp: Stamp, name: str, arguments: object, came: dict[str, object]) -> None:
        """Goes with the next answer."""
        with self._lock:
            notes = self._request(stamp).notes
            notes.tool_call(name, arguments, None)
            notes.tool_result(name, None, came)

    def close(self) -> None:
        """Failures that wait are written, and the file is handed over."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            for request in list(self._requests.values()):
                self._give_up(request)
        self._spool.close()
        atexit.unregister(self.close)

    def _request(self, stamp: Stamp) -> _Request:
        request = self._requests.setdefault(stamp.trace_id, _Request(stamp))
        if len(self._requests) > REMEMBERED:
            self._give_up(self._requests.popitem(last=False)[1])
        return request

    def _settle(self, request: _Request) -> None:
        if request.failed is not None and not request.open:
            request.due = time.monotonic() + self._grace_s
            self._wake()

    def _give_up(self, request: _Request) -> None:
        if request.failed is not None:
            self._write(request, request.notes.last_error, request.failed)

    def _write(
        self,
        request: _Request,
        error: str | None,
        took: Took,
        models: tuple[str | None, ...] = (),
        cost: float | None = None,
    ) -> None:
        stamp, notes = request.stamp, request.notes
        if request.written:
            stamp = replace(stamp, trace_id=new_id("tr_"))
        artifact = self._shelf.artifact(stamp.serving)
        outcome = Outcome(
            reply=notes.summed(),
            error=error,
            latency_s=took.ended - took.began,
            attempts=max(notes.attempts, 1),
            tool_calls=notes.calls,
            retrieval=notes.retrieval,
        )
        self._recorder.write(stamp, artifact, self._priced(stamp.environment, outcome, artifact, models, cost))
        self.records += 1
        request.notes, request.written, request.due, request.failed = Notes(), True, None, None

    def _priced(
        self,
        environment: str,
        outcome: Outcome,
        artifact: Artifact | None,
        models: tuple[str | None, ...],
        cost: float | None,
    ) -> Outcome:
        if artifact is None:
            return replace(outcome, cost_usd=cost)
        identity = artifact.identity_of(*models) or artifact.model
        price = self._recorder.price(environment, identity)
        return replace(
            outcome,
            identity=identity,
            fallback=identity != artifact.model,
            price=price,
            cost_usd=cost if price is None else None,
        )

    def _wake(self) -> None:
        """One timer at a time; it looks again while failures wait."""
        if self._timer is None:
            self._timer = threading.Timer(self._grace_s, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        with self._lock:
            self._timer = None
            self._write_due(time.monotonic())
            if any(request.due is not None for request in self._requests.values()):
                self._wake()

    def _write_due(self, now: float) -> None:
        for request in list(self._requests.values()):
            if request.due is not None and request.due <= now:
                self._give_up(request)
