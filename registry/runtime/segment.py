"""One file of the spool: owned while it is in `part/`, whole once it is in `ready/`."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from .atomic import sync_folder

PART = "part"
READY = "ready"


@dataclass
class Segment:
    """Its flock is held by `file`; `size` is in bytes, `started` on the monotonic clock."""

    path: Path
    file: BinaryIO
    started: float
    size: int = 0

    @classmethod
    def create(cls, folder: Path, now: float) -> Segment:
        """A new file, locked. Between its creation and its lock it looks like an orphan, and may be gone."""
        for name in (PART, READY):
            (folder / name).mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / PART / _name()
            file = path.open("xb")
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, path):
                return cls(path, file, now)
            file.close()

    def append(self, content: bytes) -> None:
        self.file.write(content)
        self.file.flush()
        self.size += len(content)

    def is_due(self, size: int, age_s: float, now: float) -> bool:
        return self.size >= size or now - self.started >= age_s

    def seal(self) -> None:
        """To `ready/`, durably. An empty file is removed instead."""
        _hand_over(self.file, self.path, self.size)
        self.file.close()

    def close(self) -> None:
        self.file.close()


def sealed(folder: Path) -> list[Path]:
    """The files that are ready to be taken, the oldest first. They end with a newline and do not change."""
    return sorted((folder / READY).glob("*.jsonl"))


def recover(folder: Path) -> list[Path]:
    """Hands over what dead processes left in `part/`, cut after the last whole line; where the files are now."""
    found = []
    for path in sorted((folder / PART).glob("*.jsonl")):
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            continue
        with file:
            if _lock_now(file) and _is_at(file, path):
                size = _cut(file)
                _hand_over(file, path, size)
                found += [folder / READY / path.name] if size else []
    return found


def size_of(folder: Path) -> int:
    """Bytes in `part/` and `ready/`; files that vanish meanwhile count nothing."""
    total = 0
    for path in [*(folder / PART).glob("*.jsonl"), *(folder / READY).glob("*.jsonl")]:
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def _name() -> str:
    """Sorts by time; the process is named for people."""
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    return f"{at}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}.jsonl"


def _is_at(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _lock_now(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _cut(file: BinaryIO) -> int:
    """Removes the half line that a killed process may have left; the size that remains."""
    content = file.read()
    size = content.rfind(b"\n") + 1
    if size != len(content):
        file.truncate(size)
    return size


def _hand_over(file: BinaryIO, path: Path, size: int) -> None:
    if not size:
        path.unlink()
        return
    os.fsync(file.fileno())
    ready = path.parent.parent / READY
    path.rename(ready / path.name)
    sync_folder(ready)
