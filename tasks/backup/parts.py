"""What a backup holds of a state home, and where each part lives."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from registry.errors import LedgerError
from registry.roots import Roots
from registry.runtime.unit_key import FILE as UNIT_KEY

LEDGER = "ledger.duckdb"


class Part(NamedTuple):
    """`name` is its name in the archive; `place` a file or a folder that need not be there."""

    name: str
    place: Path


def changing(roots: Roots) -> list[Part]:
    """What has to be of one moment, in the order in which it is copied while nobody writes the ledger.

    Routes before the outbox: an intent is there before its route changes, and goes only when the ledger has it. A
    change of routes between the two copies is so in the outbox of the backup, and is settled after a restore.
    """
    return [
        Part("routes", roots.routes),
        Part("outbox", roots.outbox),
        Part("spool/ready", roots.spool / "ready"),
        Part("announced.json", roots.home / "announced.json"),
    ]


def lasting(roots: Roots) -> list[Part]:
    """What only grows, each file of it written once."""
    return [
        Part("artifacts", roots.artifacts),
        Part("reports", roots.reports),
        Part("proposals", roots.home / "proposals"),
        Part(UNIT_KEY, roots.home / UNIT_KEY),
    ]


def all_of(roots: Roots) -> list[Part]:
    """Every part in the order in which it is put back: routes last, so that what they name is there."""
    return [*lasting(roots), Part(LEDGER, roots.ledger), *reversed(changing(roots))]


def refuse_elsewhere(roots: Roots) -> None:
    """Raises LedgerError for state that is not on this machine's disks."""
    for what, where in (("ledger", roots.ledger_at), ("artifacts", roots.artifacts_url), ("routes", roots.routes_url)):
        if where is not None:
            raise LedgerError(
                f"the {what} of this installation is not in its home",
                expected="a ledger, artifacts and routes on a local disk",
                fix="Use the backups of PostgreSQL and of the object storage, as docs/scale-out.md says",
            )
