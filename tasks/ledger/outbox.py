"""Changes of a route table: said first, made second, in the ledger third, whatever dies in between.

An intent file holds all that the ledger will say. The table is then swapped; the ledger's part is done at once when the
ledger can be had, else by the next replay. What serves never waits for the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from registry.errors import AccessDenied, GenerationTaken, LedgerError
from registry.runtime import atomic
from registry.runtime.publishing import Publisher
from registry.runtime.routes import RouteTable

from . import anchor, event, release, stage_result
from .anchor import Anchor
from .event import Event
from .stage_result import StageResult
from .store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Ending:
    """The decision of a release, as `release.end` takes it."""

    release_id: str
    decision: str
    decided_by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Intent:
    """One change of one table, and what the ledger is to say of it. Made with `intent`."""

    operation: str
    expected_generation: int
    table: RouteTable
    events: tuple[Event, ...]
    endings: tuple[Ending, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    results: tuple[StageResult, ...] = ()
    format: int = 1

    @property
    def environment(self) -> str:
        return self.table.environment


class Fate(StrEnum):
    """What a replay did with an intent."""

    APPLIED = "applied"
    DROPPED = "dropped"
    PENDING = "pending"


class Replayed(NamedTuple):
    operation: str
    fate: Fate


_INTENT = TypeAdapter(Intent)


def intent(
    table: RouteTable,
    events: Sequence[Event],
    *,
    endings: Sequence[Ending] = (),
    anchors: Sequence[Anchor] = (),
    results: Sequence[StageResult] = (),
) -> Intent:
    """The intent to publish `table`, which is stamped with operation and generation. Its events are named after it.

    Raises ValueError without an event: the first one's id is what shows that the ledger's part is done.
    """
    if not events:
        raise ValueError(f"a change of routes has an event, {table.operation} has none")
    named = tuple(replace(one, event_id=f"{table.operation}:{place}") for place, one in enumerate(events))
    expected = table.generation - 1
    return Intent(table.operation, expected, table, named, tuple(endings), tuple(anchors), tuple(results))


def carry_out(folder: Path, publisher: Publisher, store: Store, wanted: Intent) -> bool:
    """Publish the table and write the ledger's part; False when the ledger was out of reach and a replay will.

    Raises GenerationTaken when somebody else wrote first, AccessDenied when this account may not write the table: then
    nothing has happened.
    """
    path = _write(folder, wanted)
    try:
        publisher.swap(wanted.table, wanted.expected_generation)
    except (GenerationTaken, AccessDenied):
        path.unlink(missing_ok=True)
        raise
    try:
        store.tx(lambda tx: record(tx, wanted))
    except LedgerError:
        return False
    path.unlink(missing_ok=True)
    return True


def record(tx: Transaction, wanted: Intent) -> bool:
    """The ledger's part of an intent that was carried out; returns False when it is there already."""
    if event.exists(tx, wanted.events[0].event_id):
        return False
    for one in wanted.events:
        event.add(tx, one)
    for ending in wanted.endings:
        fields = asdict(ending)
        release.end(tx, fields.pop("release_id"), **fields)
    for moved in wanted.anchors:
        anchor.move(tx, moved)
    for result in wanted.results:
        stage_result.insert(tx, result)
    return True


def pending(folder: Path) -> list[Intent]:
    """The intents that are not settled, oldest first. Raises LedgerError for a file that is none."""
    found = [_read(path) for path in sorted(folder.glob("op_*.json"))]
    return [intent for intent in found if intent is not None]


def replay(folder: Path, publisher: Publisher, store: Store) -> list[Replayed]:
    """Settle what was left: record what was published, drop what lost its generation, leave what is under way.

    Safe to run at any time, by several at once. Raises LedgerLocked; what was settled by then stays.
    """
    return [Replayed(wanted.operation, _settle(folder, publisher, store, wanted)) for wanted in pending(folder)]


def _settle(folder: Path, publisher: Publisher, store: Store, wanted: Intent) -> Fate:
    generation = publisher.read_table(wanted.environment).generation
    made = publisher.operations(wanted.environment).get(wanted.operation)
    if made is None and generation <= wanted.expected_generation:
        return Fate.PENDING
    if made is not None:
        store.tx(lambda tx: record(tx, wanted))
    _path(folder, wanted).unlink(missing_ok=True)
    return Fate.APPLIED if made is not None else Fate.DROPPED


def _path(folder: Path, wanted: Intent) -> Path:
    return folder / f"{wanted.operation}.json"


def _write(folder: Path, wanted: Intent) -> Path:
    """On the disk, file and name, before anything is published."""
    path = _path(folder, wanted)
    atomic.replace(path, _INTENT.dump_json(wanted, indent=1))
    return path


def _read(path: Path) -> Intent | None:
    """None when another replay has settled it since the folder was listed."""
    try:
        return _INTENT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise LedgerError(
            f"The intent {path} cannot be read: {error}",
            expected="an intent of format 1 as promptship writes it",
            fix="Move the file away; `promptship live show` says what is published",
        ) from error
