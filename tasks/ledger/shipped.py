"""Segments that other machines shipped to object storage, brought into the spool of this one.

The ledger decides: a segment is moved to `done/` there once its name is in the ledger, and until then it is brought
here again. So nothing is lost when an ingester dies, and nothing is taken in twice when there are several.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from registry.runtime.atomic import replace
from registry.runtime.segment import READY

from .store import Reader

if TYPE_CHECKING:
    from registry.runtime.objects import Objects

AT_ONCE = 64
"""How many are brought at a time: half a gigabyte at most."""
DONE = "done"


def fetch(reader: Reader, objects: Objects, spool: Path) -> list[Path]:
    """Bring the oldest that are not in the ledger; the files that are in `ready/` now. Raises ConnectionError."""
    waiting = [name for name in objects.names(READY) if name.endswith(".jsonl")]
    known = _known(reader, waiting) if waiting else set()
    for name in sorted(known):
        objects.move(f"{READY}/{name}", f"{DONE}/{name}")
    brought = (_bring(objects, spool, name) for name in [name for name in waiting if name not in known][:AT_ONCE])
    return [path for path in brought if path is not None]


def clear(objects: Objects, before: datetime | None = None) -> int:
    """Delete what is done and was begun before then, or all of it; returns how many. Raises ConnectionError."""
    names = objects.names(DONE)
    if before is not None:
        names = [name for name in names if name < f"{before.astimezone(UTC):%Y%m%dT%H%M%S%f}"]
    for name in names:
        objects.delete(f"{DONE}/{name}")
    return len(names)


def _known(reader: Reader, names: list[str]) -> set[str]:
    sql = "SELECT segment FROM ingested_segment WHERE segment IN (SELECT unnest($names))"
    return {row["segment"] for row in reader.rows(sql, {"names": names})}


def _bring(objects: Objects, spool: Path, name: str) -> Path | None:
    """None when another ingester has moved it."""
    path = spool / READY / name
    if not path.exists():
        found = objects.get(f"{READY}/{name}")
        if found is None:
            return None
        replace(path, found.content)
    return path
