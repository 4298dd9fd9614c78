"""Deletion by unit: all that is stored of one user or session in an environment."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from registry.runtime.storage import shipped as shipped_to
from registry.runtime.unit_key import UnitKey
from tasks.ledger import event, retention, shipped
from tasks.ledger.retention import Gone
from tasks.ledger.store import Transaction
from tasks.release import arriving
from tasks.release.workspace import Workspace

from .taking_in import take_in

FORGOTTEN = "promptship.unit.forgotten"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`files` of the spool were deleted because its lines had passed through them."""

    gone: Gone
    files: int
    unit_key_id: str


def forget(workspace: Workspace, unit: str, environment: str, *, by: str, reason: str) -> Forgotten:
    """Take in what waits, so that nothing comes later; delete the unit's rows, and the files that were taken in.

    The event says who asked, why and how much, not whom: a hash of the unit would keep what is to be forgotten.
    Raises UnknownEnvironment, LedgerLocked, ConnectionError.
    """
    workspace.catalog.environments.environment(environment)
    key, now = UnitKey.find(workspace.roots.home), workspace.now()
    hidden = key.hide(unit)
    intake = take_in(workspace)
    if intake.unreachable is not None:
        raise ConnectionError(intake.unreachable)

    def transaction(tx: Transaction) -> Gone:
        gone = retention.forget_unit(tx, hidden, environment)
        told = {"reason": reason, "unit_key_id": key.id, **asdict(gone)}
        about = {"environment": environment}
        event.append(tx, kind=FORGOTTEN, actor=by, subjects=about, payload=told, at=now)
        return gone

    gone = workspace.store.tx(transaction)
    return Forgotten(gone, _clear_files(workspace, hidden), key.id)


def _clear_files(workspace: Workspace, hidden: str) -> int:
    """The files that name the unit; of those that other machines shipped all that is done, it is in the ledger."""
    spool = workspace.roots.spool
    passed = [path for folder in ("done", "rejected") for path in (spool / folder).glob("*.jsonl")]
    deleted = sum(_deleted(path, hidden) for path in passed)
    objects = shipped_to(workspace.roots)
    arriving.bring(workspace)
    return deleted + (shipped.clear(objects) if objects is not None else 0)


def _deleted(path: Path, hidden: str) -> int:
    with suppress(FileNotFoundError):  # cleared by another process
        if hidden in path.read_text(encoding="utf-8", errors="replace"):
            path.unlink()
            return 1
    return 0
