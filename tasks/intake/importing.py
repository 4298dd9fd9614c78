"""OTLP files of other tools into the ledger: each span once, however often its file is imported.

A file is read twice, since the spans of a trace come in any order: first for what stands beside the model calls.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from registry.errors import UsageError
from registry.runtime.unit_key import UnitKey
from tasks.ledger import ingest, trace
from tasks.ledger.lines import Rejected, parse
from tasks.ledger.store import Transaction
from tasks.ledger.trace import Trace
from tasks.release import arriving
from tasks.release.workspace import Workspace

from .beside import Beside, Trees
from .of_span import BESIDE, Book, Skipped, record
from .otlp import Span, spans

LINES_A_TRANSACTION = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """`traces` are new; `known` were in the ledger. `beside` counts tool calls and retrievals that came with these two.

    `skipped` counts spans by why they are in no trace.
    `rejected` counts what cannot be read; the file `quarantine` has it, with reasons.
    """

    lines: int
    traces: int
    known: int
    beside: int
    skipped: dict[str, int]
    rejected: int
    quarantine: Path | None


def import_file(workspace: Workspace, path: Path, environment: str | None = None) -> Imported:
    """`environment`: whose spans these are; by default as they say.

    Raises UnknownEnvironment, LedgerLocked, UsageError for what cannot be read twice.
    """
    if environment is not None:
        workspace.catalog.environments.environment(environment)
    book = Book(workspace.catalog, UnitKey.find(workspace.roots.home), environment)
    beside = _beside(path)
    counted = _Counted()
    lines = traces = known = 0
    with path.open("rb") as file:
        numbered = enumerate(file, start=1)
        while batch := list(islice(numbered, LINES_A_TRANSACTION)):
            made = list(_made(batch, book, beside, counted))
            new = _store(workspace, made)
            lines, traces, known = lines + len(batch), traces + new, known + len(made) - new
    counted.skipped[BESIDE] -= counted.beside
    rejected = counted.rejected
    quarantine = workspace.roots.spool / "rejected" / f"{path.stem}.import.jsonl" if rejected else None
    if quarantine is not None:
        ingest.keep(quarantine.parent, quarantine.name, rejected)
    return Imported(lines, traces, known, counted.beside, dict(+counted.skipped), len(rejected), quarantine)


@dataclass
class _Counted:
    skipped: Counter[str] = field(default_factory=Counter)
    rejected: list[Rejected] = field(default_factory=list)
    beside: int = 0


def _beside(path: Path) -> dict[tuple[str, str], Beside]:
    """By trace id and span id of the model call they belong to."""
    if not path.is_file():
        raise UsageError(
            f"{str(path)!r} is no file", expected="a file, which is read twice", fix="Write the spans to a file first"
        )
    trees = Trees()
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            for span in spans(number, line) if line.strip() else ():
                if isinstance(span, Span):
                    trees.add(span)
    return trees.belonging()


def _made(
    batch: Iterable[tuple[int, bytes]], book: Book, beside: Mapping[tuple[str, str], Beside], counted: _Counted
) -> Iterator[tuple[Trace, str | None]]:
    """The traces of these lines, checked like those of a spool; the rest is counted."""
    for number, line in batch:
        for span in spans(number, line) if line.strip() else ():
            if isinstance(span, Rejected):
                counted.rejected.append(span)
                continue
            near = beside.get((span.trace_id, span.span_id), Beside())
            found = record(span, book, near)
            if isinstance(found, Skipped):
                counted.skipped[found.reason] += 1
                continue
            checked = parse([json.dumps(found.line, default=str).encode()])
            counted.rejected += [Rejected(number, one.reason, one.line) for one in checked.rejected]
            counted.beside += near.spans * len(checked.traces)
            yield from ((row, found.stamped) for row in checked.traces)


def _store(workspace: Workspace, made: list[tuple[Trace, str | None]]) -> int:
    """How many were new."""
    now, withheld = workspace.now(), arriving.withheld(workspace)

    def transaction(tx: Transaction) -> int:
        known = trace.known(tx, {id_ for row, stamped in made for id_ in (row.trace_id, stamped) if id_})
        new = {row.trace_id: row for row, stamped in made if not known & {row.trace_id, stamped}}
        rows = [row.bare if row.environment in withheld else row for row in new.values()]
        trace.insert_many(tx, rows, ingest.moment(tx, now))
        return len(rows)

    return workspace.store.tx(transaction) if made else 0
