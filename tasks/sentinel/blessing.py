"""References: drawn by nights, blessed by a person, and never changed by anything else."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.errors import ModelUnavailable, UsageError
from registry.runtime.ids import new_id
from tasks.drift import dispersion, fingerprint, probes
from tasks.drift.contract import Observed
from tasks.drift.verdict import MOST_ERRORS
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Blessing, Reference
from tasks.ledger.store import Reader
from tasks.release.workspace import Progress, Workspace

from . import meaning, probing
from .collected import CONTRACT, Collected, collect, dump
from .probing import Drawn
from .target import Endpoint, Sizes, Texts

Target = Endpoint | Texts


@dataclass(frozen=True)
class Blessed:
    """What a target is compared with."""

    row: Blessing
    collected: Collected


def blessed(reader: Reader, target: Target) -> Blessed | None:
    """None until a person blessed one for this model and these probes."""
    row = drift.blessing(reader, target.name, target.fingerprint)
    return None if row is None else Blessed(row, collect(drift.reference(reader, row.batches)))


def pending(reader: Reader, target: Target) -> Collected:
    """What was drawn and is not blessed."""
    return collect(drift.unblessed(reader, target.name, target.fingerprint))


def wanted(target: Target, sizes: Sizes) -> int:
    """Draws by probe that a reference has."""
    return sizes.reference if isinstance(target, Endpoint) else sizes.text_reference


def lacks(found: Collected, target: Target, sizes: Sizes) -> bool:
    """Whether it is too small to be blessed. An endpoint without border inputs has its contract, and needs it once."""
    if isinstance(target, Endpoint) and found.batches and not found.probes:
        return False
    return found.draws < wanted(target, sizes) or len(found.batches) < sizes.batches


def add_batch(workspace: Workspace, gate: Gateway, target: Target, sizes: Sizes, draws: int) -> Drawn:
    """Draw one more batch of what a person may bless later. Raises ModelUnavailable when too much of it is lost."""
    observed = None
    if isinstance(target, Endpoint):
        observed = probing.observe(gate, target)
        words = pending(workspace.store, target).probes or border_words(gate, target, sizes)
        drawn = probing.tokens(gate, target, words, draws)
    else:
        drawn = probing.answers(workspace, gate, target, draws)
    lost = observed is not None and observed.error_rate > MOST_ERRORS
    if lost or (drawn.coverage.planned and not drawn.coverage.enough):
        raise ModelUnavailable(
            f"{drawn.coverage.failed} of {drawn.coverage.planned} calls of {target.name} were lost",
            expected="a batch with nine of ten calls answered",
            fix="Draw it again when the model can be reached; nothing of this batch was kept",
        )
    _keep(workspace, target, drawn, observed)
    return drawn


def border_words(gate: Gateway, target: Endpoint, sizes: Sizes) -> tuple[str, ...]:
    """Words on which the model's first token is nearly a tie; none when it has too few of them for a fingerprint."""
    seed = seed_of(target.fingerprint, "words")
    first = probing.tokens(gate, target, probes.words(seed, sizes.words), sizes.discovery)
    chosen = fingerprint.candidates(first.answers)
    drawn = probing.tokens(gate, target, chosen, sizes.selection)
    found = fingerprint.border_inputs(drawn.answers, sizes.probes)
    return found if len(found) >= fingerprint.LEAST_PROBES else ()


def _keep(workspace: Workspace, target: Target, drawn: Drawn, observed: Observed | None) -> None:
    batch, now = new_id("op_"), workspace.now()
    outputs: dict[str, Any] = {probe: paired(drawn, probe) for probe in drawn.answers}
    if observed is not None:
        outputs[CONTRACT] = dump(observed)
    rows = [Reference(target.name, target.fingerprint, batch, probe, told, now) for probe, told in outputs.items()]
    workspace.store.tx(lambda tx: drift.draw(tx, rows))


def paired(drawn: Drawn, probe: str) -> list[dict[str, Any]]:
    """Answers with their scores, as the ledger keeps them."""
    scores: Sequence[float | None] = drawn.scores.get(probe) or [None] * len(drawn.answers[probe])
    return [
        {"answer": answer, **({} if score is None else {"score": score})}
        for answer, score in zip(drawn.answers[probe], scores, strict=True)
    ]


def bless(
    workspace: Workspace, target: Target, *, by: str, reason: str, sizes: Sizes, again: bool, max_usd: float | None
) -> Blessed:
    """Draw what is missing, and make it what nights are compared with. `again`: in place of a blessed one (accept).

    Raises UsageError without a name or a reason, for a target that is blessed already, and for accepting one that is
    not; ModelUnavailable when the calls are lost.
    """
    _checked(workspace, target, by, reason, again)
    gate = probing.door(max_usd)
    needed = wanted(target, sizes)
    while lacks(found := pending(workspace.store, target), target, sizes):
        left = max(sizes.batches - len(found.batches), 1)
        workspace.tell(Progress(f"reference of {target.name}", found.draws, needed, f"{gate.budget.usd:.2f} USD"))
        add_batch(workspace, gate, target, sizes, max(math.ceil((needed - found.draws) / left), 1))
    row = Blessing(
        target=target.name,
        model=_model(target),
        fingerprint=target.fingerprint,
        batches=tuple(batch.id for batch in found.batches),
        calibration=list(_calibration(target, found)),
        blessed_by=by,
        reason=reason,
        at=workspace.now(),
    )
    workspace.store.tx(lambda tx: drift.bless(tx, row))
    return Blessed(row, found)


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


def _model(target: Target) -> str:
    return target.model.key if isinstance(target, Endpoint) else target.arm.model.key


def seed_of(*parts: str) -> int:
    return int(hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8], 16)
