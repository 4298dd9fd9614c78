"""Sealed spool segments, from a machine of applications to storage that the pipeline takes them from."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .objects import Lost, Objects
from .segment import READY, recover, sealed


class Shipped(NamedTuple):
    """`size` is in bytes."""

    segments: tuple[str, ...]
    size: int


def ship(spool: Path, objects: Objects) -> Shipped:
    """Upload every sealed segment of this spool, and remove it here once it is there.

    What dead processes left is sealed first. Safe to repeat, to run twice at once, and to kill: a segment that is
    there already is not written again, and one that was taken in since is known by its name. Raises ConnectionError;
    what was not uploaded stays here.
    """
    recover(spool)
    done = [(path.name, size) for path in sealed(spool) if (size := _upload(path, objects)) is not None]
    return Shipped(tuple(name for name, _ in done), sum(size for _, size in done))


def _upload(path: Path, objects: Objects) -> int | None:
    """None when another one ships it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    key = f"{READY}/{path.name}"
    with suppress(Lost):
        objects.exchange(key, content, None)
    if objects.etag(key) is None:  # taken in just now, or the other upload has not ended
        return None
    path.unlink(missing_ok=True)
    return len(content)
