"""Spool segments into the ledger, exactly once: the rows and the segment's name are written in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from registry.runtime import atomic

from . import assignment, feedback, trace
from .lines import Lines, Rejected, parse
from .records import insert
from .store import Reader, Store, Transaction

SEGMENTS_A_TRANSACTION = 8
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that is in the ledger: how many lines of each kind it had."""

    segment: str
    traces: int
    assignments: int
    feedbacks: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a call took in. `paths` are all segments that are in the ledger now, also those that were before."""

    at: datetime
    segments: tuple[Segment, ...]
    paths: tuple[Path, ...]
    rejected: Mapping[Path, Sequence[Rejected]]

    @property
    def traces(self) -> int:
        return sum(segment.traces for segment in self.segments)

    @property
    def lines(self) -> int:
        return sum(s.traces + s.assignments + s.feedbacks for s in self.segments)


def ingest(
    tx: Transaction, segments: Iterable[Path], now: datetime, withheld: frozenset[str] = frozenset()
) -> Ingested:
    """Take in sealed segments inside a transaction of the caller; those that are in the ledger already change nothing.

    Of the environments `withheld` no payload is kept. Lines that cannot be read are counted and left to `put_away`.
    Raises FileNotFoundError for a segment that is neither there nor in the ledger.
    """
    at = moment(tx, now)
    known = {row["segment"]: row["rejected"] for row in tx.rows("SELECT segment, rejected FROM ingested_segment")}
    taken: list[Segment] = []
    paths: list[Path] = []
    rejected: dict[Path, Sequence[Rejected]] = {}
    for path in segments:
        paths.append(path)
        if known.get(path.name) == 0:
            continue
        try:
            lines = _read(path)
        except FileNotFoundError:
            if path.name in known:
                continue  # put away by another ingester
            raise
        rejected[path] = lines.rejected
        if path.name not in known:
            taken.append(_write(tx, path.name, lines, at, withheld))
    return Ingested(at, tuple(taken), tuple(paths), rejected)


def moment(reader: Reader, now: datetime) -> datetime:
    """`now`, or just after the newest ingestion and the newest look when a clock of another host was ahead.

    What is taken in is so always later than what a watcher has judged already.
    """
    sql = """
        SELECT greatest((SELECT max(ingested_at) FROM ingested_segment), (SELECT max(look."at") FROM look)) AS newest
    """
    newest: datetime | None = reader.rows(sql)[0]["newest"]
    return now if newest is None else max(now, newest + _TICK)


def put_away(ingested: Ingested) -> None:
    """After the commit: move the segments to `done/` beside their folder, bad lines with reasons to `rejected/`."""
    for path, rejected in ingested.rejected.items():
        if rejected:
            keep(path.parent.parent / "rejected", path.name, rejected)
    for path in ingested.paths:
        done = path.parent.parent / "done"
        done.mkdir(exist_ok=True)
        try:
            path.replace(done / path.name)
        except FileNotFoundError:
            continue  # another ingester was faster


def take_in(store: Store, segments: Iterable[Path], now: datetime, withheld: frozenset[str] = frozenset()) -> Ingested:
    """Ingest and put away, a few segments a transaction. Raises LedgerLocked; what was taken in by then stays."""
    parts: list[Ingested] = []
    waiting = list(segments)
    for first in range(0, len(waiting), SEGMENTS_A_TRANSACTION):
        batch = waiting[first : first + SEGMENTS_A_TRANSACTION]
        parts.append(store.tx(partial(ingest, segments=batch, now=now, withheld=withheld)))
        put_away(parts[-1])
    return Ingested(
        at=parts[-1].at if parts else now,
        segments=tuple(segment for part in parts for segment in part.segments),
        paths=tuple(path for part in parts for path in part.paths),
        rejected={path: bad for part in parts for path, bad in part.rejected.items()},
    )


def _read(path: Path) -> Lines:
    with path.open("rb") as file:
        return parse(file)


def _write(tx: Transaction, name: str, lines: Lines, at: datetime, withheld: frozenset[str]) -> Segment:
    trace.insert_many(tx, [row.bare if row.environment in withheld else row for row in lines.traces], at)
    assignment.insert_many(tx, lines.assignments, at)
    feedback.insert_many(tx, lines.feedbacks, at)
    counts = [len(rows) for rows in (lines.traces, lines.assignments, lines.feedbacks, lines.rejected)]
    segment = Segment(name, *counts)
    insert(tx, "ingested_segment", [segment], ingested_at=at)
    return segment


def keep(folder: Path, name: str, rejected: Sequence[Rejected]) -> None:
    """Lines that could not be read, one JSON object each: its number, why, and the line."""
    records = [
        {"number": one.number, "reason": one.reason, "line": one.line.decode(errors="replace")} for one in rejected
    ]
    text = "".join(json.dumps(record) + "\n" for record in records)
    atomic.replace(folder / name, text.encode(), sync=False)
