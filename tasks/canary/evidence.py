"""What a closed batch adds to the evidence of a guard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tasks.canary.batches import Batch
from tasks.canary.plan import COPIES, Prior, Watch
from tasks.canary.state import Harm, Logs, Opening, Stream, Tally
from tasks.statistics import eprocess
from tasks.statistics.eprocess import Array, Centre, Side

SMALLEST_STEP = 0.002
"""The unit of the harm alternatives when a guard allows (almost) nothing: a margin of 0 has no multiples."""


def fresh_harm(watch: Watch) -> Harm:
    return Harm((0.0,) * len(harm_weights(watch)))


def fresh_proofs(watch: Watch, margins: tuple[float, ...]) -> tuple[Logs, ...]:
    return tuple((0.0,) * len(proof_weights(watch)) for _ in margins)


def harm_weights(watch: Watch) -> Array:
    return eprocess.HARM_WEIGHTS if watch.level is None else eprocess.LEVEL_WEIGHTS


def proof_weights(watch: Watch) -> Array:
    return eprocess.PROOF_WEIGHTS if watch.level is None else eprocess.LEVEL_WEIGHTS


def increments(watch: Watch, stream: Stream, batch: Batch, prior: Prior, intent: str) -> tuple[Array, float, float]:
    """Log factors of the harm test, and what the batch adds to top and bottom of the estimated harm."""
    n_t, n_c = float(batch.canary.n), float(batch.live.n)
    if watch.level is not None:
        total = _total(batch.canary)
        return eprocess.level_harm(batch.canary, watch.level), total - watch.level * n_t, n_t
    delta, shift = watch.delta_of(intent), watch.shift_of(intent)
    step = max(delta - shift, SMALLEST_STEP)
    logs = eprocess.harm(batch.canary, batch.live, _known(watch, stream, prior), np.array(step), shift)
    bottom = n_t * n_c / (n_t + n_c)
    return logs, bottom * (_total(batch.canary) / n_t - _total(batch.live) / n_c), bottom


def proved(watch: Watch, stream: Stream, batch: Batch, prior: Prior, margins: tuple[float, ...]) -> Stream:
    """The stream with this batch in its proofs, one a margin, and then in its tallies."""
    if watch.level is not None:
        logs = [eprocess.level_proof(batch.canary, watch.level) for _ in stream.proofs]
    else:
        known = _known(watch, stream, prior)
        logs = [eprocess.proof(batch.canary, batch.live, known, np.array(margin)) for margin in margins]
    return replace(
        tallied(stream, batch), proofs=tuple(_plus(old, new) for old, new in zip(stream.proofs, logs, strict=True))
    )


def tallied(stream: Stream, batch: Batch) -> Stream:
    return replace(stream, canary=_grown(stream.canary, batch.canary), live=_grown(stream.live, batch.live))


def added(harm: Harm, logs: Array, top: float, bottom: float, opened: int) -> Harm:
    """The evidence with one more batch; copies that are due open before it. `opened` counts the restart copies due."""
    now = Opening(harm.log_e, harm.top, harm.bottom)
    due = min(opened, COPIES - 1) - len(harm.copies)
    return Harm(_plus(harm.log_e, logs), harm.top + top, harm.bottom + bottom, harm.copies + (now,) * due)


def _known(watch: Watch, stream: Stream, prior: Prior) -> Centre:
    squares = None if watch.scale.form == "yes_no" else stream.live.squares
    return eprocess.centre(stream.live.n, stream.live.total, squares, prior.mean, prior.variance)


def _plus(logs: Logs, more: Array) -> Logs:
    return tuple(float(value) for value in np.asarray(logs) + more)


def _total(side: Side) -> float:
    return float((side.values * side.counts).sum())


def _grown(tally: Tally, side: Side) -> Tally:
    squares = float((side.values**2 * side.counts).sum())
    return Tally(tally.n + int(side.n), tally.total + _total(side), tally.squares + squares)
