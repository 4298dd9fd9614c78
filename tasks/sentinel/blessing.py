"""References: drawn by nights, blessed by a person, and never changed by anything else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.errors import UsageError
from tasks.drift import dispersion
from tasks.ledger import drift, event
from tasks.ledger.drift import Blessing
from tasks.ledger.store import Reader, Transaction
from tasks.release.workspace import Progress, Workspace

from . import meaning, probing
from .batches import add_batch, lacks, pending, seed_of, wanted
from .collected import Collected, collect
from .target import Endpoint, Sizes, Target

BLESSED = "promptship.drift.blessed"


@dataclass(frozen=True)
class Blessed:
    """What a target is compared with."""

    row: Blessing
    collected: Collected


def blessed(reader: Reader, target: Target) -> Blessed | None:
    """None until a person blessed one for this model and these probes."""
    row = drift.blessing(reader, target.name, target.fingerprint)
    return None if row is None else Blessed(row, collect(drift.reference(reader, row.batches)))


def bless(
    workspace: Workspace, target: Target, *, by: str, reason: str, sizes: Sizes, again: bool, max_usd: float | None
) -> Blessed:
    """Draw what is missing, and make it what nights are compared with. `again`: in place of a blessed one (accept).

    Raises UsageError without a name or a reason, for a target that is blessed already, and for accepting one that is
    not; ModelUnavailable when the calls are lost.
    """
    _checked(workspace, target, by, reason, again)
    gate = probing.door(max_usd)
    while lacks(found := pending(workspace.store, target), target, sizes):
        left, needed = max(sizes.batches - len(found.batches), 1), wanted(found, target, sizes)
        workspace.tell(Progress(f"reference of {target.name}", found.draws, needed, f"{gate.budget.usd:.2f} USD"))
        add_batch(workspace, gate, target, sizes, max(math.ceil((needed - found.draws) / left), 1))
    row = Blessing(
        target=target.name,
        model=target.key,
        fingerprint=target.fingerprint,
        batches=tuple(batch.id for batch in found.batches),
        calibration=list(_calibration(target, found)),
        blessed_by=by,
        reason=reason,
        at=workspace.now(),
    )
    workspace.store.tx(lambda tx: _keep(tx, row))
    return Blessed(row, found)


def _keep(tx: Transaction, row: Blessing) -> None:
    payload = {"target": row.target, "model": row.model, "batches": row.batches, "reason": row.reason}
    drift.bless(tx, row)
    event.append(tx, kind=BLESSED, actor=row.blessed_by, subjects={}, payload=payload, at=row.at)


def _checked(workspace: Workspace, target: Target, by: str, reason: str, again: bool) -> None:
    if not by.strip() or not reason.strip():
        raise UsageError(
            "a reference was to be blessed without a name or a reason",
            expected="the person who says that this is how it should answer, and why",
            fix="Add --by NAME --reason WHY",
        )
    known = blessed(workspace.store, target)
    if known is not None and not again:
        raise UsageError(
            f"{target.name} has a reference, blessed by {known.row.blessed_by} on {known.row.at:%Y-%m-%d}",
            expected="a target without one; a reference is never replaced by the way",
            fix=f"To take today's answers as the new normal: promptship drift accept '{target.name}' --by NAME"
            " --reason WHY",
        )
    if known is None and again:
        raise UsageError(
            f"{target.name} has no blessed reference, so nothing can be accepted",
            expected="a target that is blessed",
            fix=f"promptship drift bless '{target.name}' --by NAME --reason WHY",
        )


def _calibration(target: Target, found: Collected) -> tuple[float, ...]:
    batches: list[Mapping[str, Sequence[str]]] = [batch.answers for batch in found.batches]
    seed = seed_of(target.name, "calibration")
    if not found.probes:
        return ()
    if isinstance(target, Endpoint):
        return dispersion.calibrate_fingerprint(batches, seed)
    return dispersion.calibrate_text(batches, seed, meaning.vectors(batches))
