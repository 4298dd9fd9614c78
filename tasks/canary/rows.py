"""The rows of a look: what each guard says."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tasks.canary.estimate import estimate
from tasks.canary.evidence import proof_weights
from tasks.canary.look import GuardRow
from tasks.canary.plan import PROOF_ALPHA, Plan, Watch
from tasks.canary.state import Evidence, Logs, State, Stream
from tasks.canary.totals import name_of
from tasks.release.verdict import GuardVerdict
from tasks.statistics.eprocess import mixture

LOST = 0.01
"""A metric is missing when so few canary units without it would be chance."""


def guard_rows(plan: Plan, state: State, next_share: int, blamed: tuple[str, ...]) -> tuple[GuardRow, ...]:
    """One row a guard over all intents, then at the last step one row an intent where the plan proves intents."""
    return tuple(row for watch in plan.watches for row in _rows(plan, state, watch, next_share, blamed))


def _rows(plan: Plan, state: State, watch: Watch, next_share: int, blamed: tuple[str, ...]) -> Iterator[GuardRow]:
    evidence = state.guards[watch.key]
    last = next_share == 10_000
    step, margin = plan.ramp.index(next_share), plan.margins(watch)[plan.ramp.index(next_share)]
    logs = evidence.pooled.proofs[step] if last or watch.level is None else None
    named = any(name == watch.key or name.startswith(f"{watch.key} [") for name in blamed)
    yield _row(watch, None, evidence.pooled, logs, margin, _state_of(evidence), named)
    for intent in plan.intents if last else ():
        part = evidence.intents[intent].stream
        for own, bound in zip(part.proofs, plan.intent_margins(watch, intent), strict=True):
            yield _row(watch, intent, part, own, bound, None, name_of(watch, intent) in blamed)


def _state_of(evidence: Evidence) -> tuple[GuardVerdict, str] | None:
    """Missing or insufficient telemetry; None when both arms have values."""
    asked, given = evidence.asked, evidence.given
    if given.canary and given.live:
        return None
    if given.live and not given.canary and asked.live:
        chance = (1 - given.live / asked.live) ** asked.canary
        if asked.canary >= 5 and chance <= LOST:
            return (
                GuardVerdict.MISSING,
                f"live has it in {given.live} of {asked.live} units, the canary in 0 of {asked.canary}",
            )
    return GuardVerdict.INSUFFICIENT, f"no comparison yet: {given.canary} canary and {given.live} live units have it"


def _row(
    watch: Watch,
    intent: str | None,
    stream: Stream,
    logs: Logs | None,
    margin: float,
    lacking: tuple[GuardVerdict, str] | None,
    breached: bool,
) -> GuardRow:
    proof = None if logs is None else math.exp(min(float(mixture(np.array(logs), proof_weights(watch))), 700.0))
    verdict, reason = lacking or _verdict(stream, proof)
    if breached:
        verdict, reason = GuardVerdict.BREACH, f"harm beyond {watch.text} is proved"
    shown = estimate(watch, stream)
    return GuardRow(
        guard=watch.key,
        metric=watch.metric,
        intent=intent,
        verdict=verdict,
        reason=reason,
        limit=_limit(watch, margin),
        value=shown.value,
        low=shown.low,
        high=shown.high,
        n_canary=stream.canary.n,
        n_live=stream.live.n,
        proof=proof,
        proof_needed=1 / PROOF_ALPHA,
    )


def _verdict(stream: Stream, proof: float | None) -> tuple[GuardVerdict, str]:
    if proof is None:
        return GuardVerdict.PASS, "a level is proved before promotion, not before a step"
    n = f"{stream.canary.n} canary and {stream.live.n} live units"
    if proof * PROOF_ALPHA >= 1:
        return GuardVerdict.PASS, f"not worse than the margin: evidence {proof:.3g} of {1 / PROOF_ALPHA:g}, {n}"
    return GuardVerdict.INSUFFICIENT, f"not proved yet: evidence {proof:.3g} of {1 / PROOF_ALPHA:g}, {n}"


def _limit(watch: Watch, margin: float) -> str:
    """The guard as declared, and the wider margin of a step below promotion."""
    if watch.level is not None or not watch.delta or margin <= watch.delta:
        return watch.text
    return f"{watch.text} (this step: {margin / watch.delta:g} times that)"
