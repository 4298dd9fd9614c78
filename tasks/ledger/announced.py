"""Which events have been told to the world outside: each once, whichever process tells it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from registry.runtime import atomic

from . import event
from .event import Event
from .flock import flock
from .store import Reader

FIRST = timedelta(minutes=15)
"""How far back the first announcement of a state directory goes."""

OVERLAP = timedelta(minutes=10)
"""An event may be written this long after the moment that it bears."""

_WAIT_S = 5.0


@contextmanager
def unannounced(reader: Reader, home: Path, now: datetime) -> Iterator[list[Event]]:
    """The events that nobody has announced, oldest first; noted as announced when the block ends without an error.

    One process at a time holds the block. Raises flock.Held after 5 s.
    """
    note = home / "announced.json"
    with flock(note.with_suffix(".lock"), shared=False, deadline=time.monotonic() + _WAIT_S):
        told = _read(note)
        newest = max(told.values(), default=now - FIRST + OVERLAP)
        found = [one for one in event.since(reader, newest - OVERLAP) if one.event_id not in told]
        yield found
        if found:
            _write(note, told | {one.event_id: one.at for one in found})


def _read(note: Path) -> dict[str, datetime]:
    try:
        return {name: datetime.fromisoformat(at) for name, at in json.loads(note.read_bytes()).items()}
    except FileNotFoundError:
        return {}


def _write(note: Path, told: dict[str, datetime]) -> None:
    """Only what the next reading can meet again is kept."""
    newest = max(told.values())
    kept = {name: at.isoformat() for name, at in told.items() if at >= newest - OVERLAP}
    atomic.replace(note, json.dumps(kept).encode(), sync=False)
