"""Who may publish to an environment. The storage decides; PROMPTSHIP_WRITES only keeps a process from mistakes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path

from ..errors import AccessDenied

_EFFECTIVE = os.access in os.supports_effective_ids


def routes_of(environment: str) -> str:
    """As refusals name what is written."""
    return f"the routes of {environment!r}"


def denied(what: str, where: object) -> AccessDenied:
    return AccessDenied(
        f"This account may not write {what} at {where}",
        expected="an account that may release there",
        fix="Use such an account, or grant it what docs/access.md lists",
    )


@contextmanager
def permitted(what: str, where: object) -> Iterator[None]:
    """Raises AccessDenied for a write that the storage refuses to this account."""
    try:
        yield
    except PermissionError as error:
        raise denied(what, where) from error


def refuse_undeclared(environment: str, writes: Set[str] | None) -> None:
    """Raises AccessDenied when PROMPTSHIP_WRITES is set and leaves this environment out."""
    if writes is not None and environment not in writes:
        named = ", ".join(sorted(writes)) or "nothing"
        raise AccessDenied(
            f"PROMPTSHIP_WRITES lets this process write {named}, and not {environment}",
            expected="one of the environments that this process is meant to release to",
            fix=f"Release from where {environment} is released from, or add {environment} to PROMPTSHIP_WRITES",
        )


def writable(place: Path) -> bool:
    """Whether this account may write a file or folder, or make it where it is not there yet."""
    try:
        while not place.exists():
            place = place.parent
    except PermissionError:
        return False
    return os.access(place, os.W_OK | os.X_OK if place.is_dir() else os.W_OK, effective_ids=_EFFECTIVE)
