"""Wait for a state, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 120.0


def until(found: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """The first value that is true; fails, naming `what`, when none comes."""
    deadline = time.monotonic() + patience_s
    while not (value := found()):
        assert time.monotonic() < deadline, f"waited {patience_s:g} s in vain for {what}"
        time.sleep(0.02)
    return value
