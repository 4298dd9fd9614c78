"""Records of model calls that others make: LiteLLM, its proxy, instrumented SDKs. The stamp came with the request.

A call that failed may be tried again by whoever made it, so it waits a moment: an answer counts the failures before it
as attempts, and a failure that stays alone becomes the record. What comes after the first record of a stamp has a
trace id of its own. Template variables are not known here.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field, replace

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


@dataclass
class _Request:
    """What is known of one stamp. `due` is when a failure that waits becomes a record."""

    stamp: Stamp
    notes: Notes = field(default_factory=Notes)
    written: bool = False
    due: float | None = None
    waited_s: float | None = None


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

    def answered(
        self,
        stamp: Stamp,
        reply: Reply,
        latency_s: float,
        models: tuple[str | None, ...] = (),
        cost: float | None = None,
    ) -> None:
        """`models` are the names of the one that answered: a fallback of the version where they say so. `cost`, in
        USD, counts only when no price is published."""
        with self._lock:
            request = self._request(stamp)
            request.notes.replied(reply)
            self._write(request, None, latency_s, models, cost)

    def failed(self, stamp: Stamp, error: str, latency_s: float) -> None:
        with self._lock:
            request = self._request(stamp)
            request.notes.failed(error)
            request.due, request.waited_s = time.monotonic() + self._grace_s, latency_s
            self._wake()

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
            self._write_due(float("inf"))
        self._spool.close()
        atexit.unregister(self.close)

    def _request(self, stamp: Stamp) -> _Request:
        request = self._requests.setdefault(stamp.trace_id, _Request(stamp))
        if len(self._requests) > REMEMBERED:
            _, oldest = self._requests.popitem(last=False)
            if oldest.due is not None:
                self._write(oldest, oldest.notes.last_error, oldest.waited_s)
        return request

    def _write(
        self,
        request: _Request,
        error: str | None,
        latency_s: float | None,
        models: tuple[str | None, ...] = (),
        cost: float | None = None,
    ) -> None:
        stamp, notes = request.stamp, request.notes
        if request.written:
            stamp = replace(stamp, trace_id=new_id("tr_"))
        artifact = self._shelf.artifact(stamp.serving)
        outcome = self._priced(Outcome(reply=notes.summed(), error=error, latency_s=latency_s), artifact, models, cost)
        calls = notes.calls
        self._recorder.write(
            stamp,
            artifact,
            replace(outcome, attempts=notes.attempts, tool_calls=calls, retrieval=notes.retrieval),
        )
        self.records += 1
        request.notes, request.written, request.due = Notes(), True, None

    def _priced(
        self, outcome: Outcome, artifact: Artifact | None, models: tuple[str | None, ...], cost: float | None
    ) -> Outcome:
        if artifact is None:
            return replace(outcome, cost_usd=cost)
        identity = artifact.identity_of(*models) or artifact.model
        price = self._recorder.price(identity)
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
                self._write(request, request.notes.last_error, request.waited_s)
