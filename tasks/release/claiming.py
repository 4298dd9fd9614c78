"""Hold a claim for as long as a block runs: one release of a prompt at a time, one watcher of a canary at a time."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from registry.errors import ClaimTaken, LedgerError
from tasks.ledger import claim
from tasks.ledger.claim import Claim

from .workspace import Workspace

TTL = timedelta(seconds=60)
_RENEW_SECONDS = 20.0


@contextmanager
def hold(workspace: Workspace, key: str) -> Iterator[Claim]:
    """Take the claim, renew it in the background, let it go at the end. Raises ClaimTaken while another lives.

    The value is the claim as it was taken; its epoch fences off whoever lost it meanwhile.
    """
    held = workspace.store.tx(lambda tx: claim.take(tx, key, owner(), workspace.now(), TTL, alive))
    stop = threading.Event()
    thread = threading.Thread(target=_renew, args=(workspace, held, stop), daemon=True)
    thread.start()
    try:
        yield held
    finally:
        stop.set()
        thread.join()
        with suppress(LedgerError):
            workspace.store.tx(lambda tx: claim.release(tx, held, workspace.now()))


def _renew(workspace: Workspace, held: Claim, stop: threading.Event) -> None:
    """A ledger that cannot be had for a while is tried again; a claim that somebody else took is let go."""
    while not stop.wait(_RENEW_SECONDS):
        try:
            workspace.store.tx(lambda tx: claim.renew(tx, held, workspace.now(), TTL))
        except LedgerError:
            continue
        except ClaimTaken:
            return


def owner() -> str:
    """This thread of this process: `host:pid:start:thread`, where start tells a reused pid apart."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}:{threading.get_ident()}"


def alive(name: str) -> bool:
    """Whether this owner still runs, as far as this machine can know: of another host's, only time tells."""
    host, pid, start, *_ = name.split(":")
    if host != socket.gethostname():
        return True
    return _exists(int(pid)) and _started(int(pid)) == start


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """The process's start time in clock ticks where /proc has it, else empty."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2]
    except OSError:
        return ""
    return after_name.split()[19]
