"""Where a process of the pipeline can be hurt: before, in and after everything that it leaves behind.

Each point has a name, `<step>: <when> <what>`, so that a run that nothing happened to lists all there are.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from pathlib import Path
from typing import Any, Literal

import pytest

from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tasks.ledger import ingest, outbox
from tasks.ledger.ingest import Ingested
from tasks.ledger.outbox import Intent
from tasks.ledger.store import Store, Transaction

Kind = Literal["none", "kill", "locked", "busy", "full", "small", "down"]
"""`locked`: until the process ends; `busy`: for less than it waits. `full`: no byte fits; `small`: small files do."""

BUSY_S = 0.3
SMALL = 200_000
"""Bytes: routes, intents and calls fit, the ledger does not."""


@dataclass(frozen=True)
class Fault:
    """What happens when a point is reached for the `number`-th time, in whichever process; it happens once."""

    kind: Kind = "none"
    at: str = ""
    number: int = 1

    def __str__(self) -> str:
        return f"{self.kind} {self.at}" + (f" #{self.number}" if self.number > 1 else "")


NOTHING = Fault()


@dataclass
class Points:
    """Notes each point it passes in `<folder>/points.jsonl`. `step` is what the process is at."""

    folder: Path
    fault: Fault
    step: str = "start"
    down: bool = False
    kept: list[Any] = field(default_factory=list)

    def at(self, what: str) -> None:
        name = f"{self.step}: {what}"
        note(self.folder / "points.jsonl", name)
        if name != self.fault.at or (self.folder / "struck").exists():
            return
        if Counter(lines(self.folder / "points.jsonl"))[name] >= self.fault.number:
            (self.folder / "struck").touch()
            self._strike()

    def _strike(self) -> None:
        if self.fault.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault.kind in ("locked", "busy"):
            self._lock()
        if self.fault.kind in ("full", "small"):
            _allow(0 if self.fault.kind == "full" else SMALL)
        self.down = self.fault.kind == "down"

    def _lock(self) -> None:
        file = (self.folder / "home" / "ledger.duckdb.lock").open("a")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.kept.append(file)
        if self.fault.kind == "busy":
            timer = threading.Timer(BUSY_S, file.close)
            timer.daemon = True
            timer.start()


def install(points: Points, patch: pytest.MonkeyPatch) -> None:
    """Every transaction, swap, intent, snapshot and segment put away becomes a point."""
    patch.setattr(Store, "tx", _tx(points, Store.tx))
    patch.setattr(Store, "publish", _around(points, "snapshot", Store.publish))
    patch.setattr(LocalPublisher, "swap", _swap(points, LocalPublisher.swap))
    patch.setattr(outbox, "_write", _around(points, "intent", outbox._write))
    patch.setattr(ingest, "put_away", _around(points, "segments put away", ingest.put_away))


def _tx(points: Points, real: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def tx(store: Store, fn: Callable[[Transaction], Any]) -> Any:
        name = _name(fn)

        def inside(transaction: Transaction) -> Any:
            result = fn(transaction)
            points.at(f"in {name}")
            return result

        points.at(f"before {name}")
        result = real(store, inside)
        points.at(f"after {name}")
        return result

    return tx


def _name(fn: Callable[..., Any]) -> str:
    """`recording.finish`: the module and the function whose transaction it is."""
    inner: Any = fn.func if isinstance(fn, partial) else fn
    return f"{inner.__module__.rpartition('.')[2]}.{inner.__qualname__.partition('.<locals>')[0]}"


def _swap(points: Points, real: Callable[..., None]) -> Callable[..., None]:
    @wraps(real)
    def swap(publisher: LocalPublisher, table: RouteTable, expected: int, history: bool = True) -> None:
        what = "swap" if history else "renewed lease"
        points.at(f"before {what}")
        real(publisher, table, expected, history)
        points.at(f"after {what}")

    return swap


def _around(points: Points, what: str, real: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def around(*given: Intent | Ingested | Any) -> Any:
        points.at(f"before {what}")
        result = real(*given)
        points.at(f"after {what}")
        return result

    return around


def note(path: Path, told: Any) -> None:
    """A line that is there as a whole or not at all, and finds room on a disk that is full for all others."""
    with _room():
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, json.dumps(told).encode() + b"\n")
        os.close(descriptor)


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextmanager
def _room() -> Iterator[None]:
    before, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    _allow(resource.RLIM_INFINITY)
    try:
        yield
    finally:
        _allow(before)


def _allow(size: int) -> None:
    """The kernel refuses to write beyond this size of a file: EFBIG, as a full disk says ENOSPC."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
