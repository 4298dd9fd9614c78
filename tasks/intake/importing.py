"""OTLP files of other tools into the ledger: each span once, however often its file is imported."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from registry.runtime.unit_key import UnitKey
from tasks.ledger import ingest, trace
from tasks.ledger.lines import Rejected, parse
from tasks.ledger.store import Transaction
from tasks.ledger.trace import Trace
from tasks.release import arriving
from tasks.release.workspace import Workspace

from .of_span import Book, Made, Skipped, record
from .otlp import spans

LINES_A_TRANSACTION = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """`traces` are new; `known` were in the ledger. `skipped` counts spans by why they are no trace.

    `rejected` counts what cannot be read; the file `quarantine` has it, with reasons.
    """

    lines: int
    traces: int
    known: int
    skipped: dict[str, int]
    rejected: int
    quarantine: Path | None


def import_file(workspace: Workspace, path: Path, environment: str | None = None) -> Imported:
    """`environment`: whose spans these are; by default as they say. Raises UnknownEnvironment, LedgerLocked."""
    if environment is not None:
        workspace.catalog.environments.environment(environment)
    book = Book(workspace.catalog, UnitKey.find(workspace.roots.home), environment)
    lines = traces = known = 0
    skipped: Counter[str] = Counter()
    rejected: list[Rejected] = []
    with path.open("rb") as file:
        numbered = enumerate(file, start=1)
        while batch := list(islice(numbered, LINES_A_TRANSACTION)):
            made = list(_made(batch, book, skipped, rejected))
            new = _store(workspace, made)
            lines, traces, known = lines + len(batch), traces + new, known + len(made) - new
    quarantine = workspace.roots.spool / "rejected" / f"{path.stem}.import.jsonl" if rejected else None
    if quarantine is not None:
        ingest.keep(quarantine.parent, quarantine.name, rejected)
    return Imported(lines, traces, known, dict(skipped), len(rejected), quarantine)


def _made(
    batch: Iterable[tuple[int, bytes]], book: Book, skipped: Counter[str], rejected: list[Rejected]
) -> Iterator[tuple[Trace, str | None]]:
    """The traces of these lines, checked like those of a spool; the rest is counted."""
    for number, line in batch:
        for span in spans(number, line) if line.strip() else ():
            found = span if isinstance(span, Rejected) else record(span, book)
            if isinstance(found, Skipped):
                skipped[found.reason] += 1
            elif isinstance(found, Made):
                checked = parse([json.dumps(found.line, default=str).encode()])
                rejected += [Rejected(number, one.reason, one.line) for one in checked.rejected]
                yield from ((row, found.stamped) for row in checked.traces)
            else:
                rejected.append(found)


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
