"""The lock beside the ledger file: exclusive for writers, shared for our own readers, gone when the process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

POLL_S = 0.002
"""First pause between two tries; it doubles up to sixteen times this."""


class Held(Exception):
    """Somebody else had the lock until the deadline. `holders` are process ids, empty when nobody can know them."""

    def __init__(self, holders: list[int]) -> None:
        self.holders = holders
        super().__init__(f"held by {holders}")


@contextmanager
def flock(path: Path, *, shared: bool, deadline: float) -> Iterator[None]:
    """Hold the lock file until the block ends. `deadline` is on the monotonic clock; raises Held when it passes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _wait(descriptor, path, shared, deadline)
        if not shared:
            os.pwrite(descriptor, f"{os.getpid():<10}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def fair_flock(path: Path, *, shared: bool, deadline: float) -> Iterator[None]:
    """As `flock`, past a turnstile: a writer that waits lets no new reader by, so that readers cannot starve it."""
    turnstile = path.with_suffix(".turn")
    with ExitStack() as held:
        try:
            with flock(turnstile, shared=shared, deadline=deadline):
                held.enter_context(flock(path, shared=shared, deadline=deadline))
        except Held as error:
            raise Held(holders(path) or error.holders) from None
        yield


def _wait(descriptor: int, path: Path, shared: bool, deadline: float) -> None:
    pause = POLL_S
    while True:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return
        if time.monotonic() >= deadline:
            raise Held(holders(path))
        time.sleep(min(pause, max(deadline - time.monotonic(), 0.0)))
        pause = min(2 * pause, 16 * POLL_S)


def holders(path: Path) -> list[int]:
    """Process ids that hold the lock: from the kernel's table, else the last writer's as it wrote it."""
    with suppress(OSError):
        return _kernel_holders(path)
    with suppress(OSError, ValueError):
        return [int(path.read_text(encoding="ascii"))]
    return []


def _kernel_holders(path: Path) -> list[int]:
    """`/proc/locks`: number, FLOCK, ADVISORY, mode, pid, major:minor:inode, range; a line with -> waits."""
    inode = str(path.stat().st_ino)
    lines = [line.split() for line in Path("/proc/locks").read_text(encoding="ascii").splitlines()]
    return sorted({int(f[4]) for f in lines if f[1] == "FLOCK" and f[5].split(":")[-1] == inode and int(f[4]) > 0})
