"""Batches of what a person may bless later: the answers of one hour to the probes of a target."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Any

from registry.errors import ModelUnavailable
from registry.runtime.ids import new_id
from tasks.drift import fingerprint, logprobs, probes
from tasks.drift.contract import LOGPROBS, TEMPERATURE, Observed
from tasks.drift.logprobs import Vector
from tasks.drift.verdict import MOST_ERRORS
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Reference
from tasks.ledger.store import Reader
from tasks.release.workspace import Workspace

from . import probing
from .collected import CONTRACT, VECTORS, Collected, collect, dump
from .probing import A, Drawn
from .target import Endpoint, Sizes, Target, Texts


def pending(reader: Reader, target: Target) -> Collected:
    """What was drawn and is not blessed."""
    return collect(drift.unblessed(reader, target.name, target.fingerprint))


def wanted(found: Collected, target: Target, sizes: Sizes) -> int:
    """Draws by probe that a reference has; of an endpoint without border inputs, vectors by message."""
    if isinstance(target, Texts):
        return sizes.text_reference
    return sizes.reference if found.probes or not found.batches else _vectors(sizes, sizes.reference)


def lacks(found: Collected, target: Target, sizes: Sizes) -> bool:
    """Whether it is too small to be blessed. An endpoint without border inputs and log-probabilities has its contract,
    and needs it once."""
    if isinstance(target, Endpoint) and found.batches and not found.probes and not found.vectors:
        return False
    return found.draws < wanted(found, target, sizes) or len(found.batches) < sizes.batches


def add_batch(workspace: Workspace, gate: Gateway, target: Target, sizes: Sizes, draws: int) -> None:
    """Draw one more batch. Raises ModelUnavailable when too much of it is lost; nothing of it is kept then."""
    if isinstance(target, Endpoint):
        rows = _of_endpoint(gate, target, sizes, pending(workspace.store, target), draws)
    else:
        rows = outputs(_whole(target, probing.answers(workspace, gate, target, draws)))
    batch, now = new_id("op_"), workspace.now()
    kept = [Reference(target.name, target.fingerprint, batch, probe, told, now) for probe, told in rows.items()]
    workspace.store.tx(lambda tx: drift.draw(tx, kept))


def _of_endpoint(gate: Gateway, target: Endpoint, sizes: Sizes, known: Collected, draws: int) -> dict[str, Any]:
    """Its contract, tokens after its words, and its log-probabilities if it gives any."""
    observed = probing.observe(gate, target)
    unanswered = observed.failed + observed.refused
    if unanswered > MOST_ERRORS * observed.calls:
        raise _lost(target, unanswered, observed.calls)
    words = _words(gate, target, sizes, known, observed)
    rows = outputs(_whole(target, probing.tokens(gate, target, words, draws))) | {CONTRACT: dump(observed)}
    vectors = _first_tokens(gate, target, known, observed, _vectors(sizes, draws) if words else draws)
    if vectors is not None and known.vectors:
        _whole(target, vectors)
    return rows | ({VECTORS: outputs(vectors)} if vectors is not None and vectors.coverage.enough else {})


def _words(gate: Gateway, target: Endpoint, sizes: Sizes, known: Collected, observed: Observed) -> tuple[str, ...]:
    """Those of the batches before. None where a low temperature is refused: there are no borders then."""
    if known.batches:
        return known.probes
    return border_words(gate, target, sizes) if observed.capabilities.get(TEMPERATURE, True) else ()


def _first_tokens(
    gate: Gateway, target: Endpoint, known: Collected, observed: Observed, draws: int
) -> Drawn[Vector] | None:
    """None where the endpoint gives no log-probabilities; as many tokens as the batches before have."""
    top = logprobs.width(known.vectors) or (observed.capabilities.get(LOGPROBS) and probing.widest(gate, target))
    return probing.vectors(gate, target, top, draws) if top else None


def _vectors(sizes: Sizes, draws: int) -> int:
    """To so many draws of a fingerprint, in the proportion of a night."""
    return max(math.ceil(draws * sizes.vectors / sizes.screen), 1)


def _whole(target: Target, drawn: Drawn[A]) -> Drawn[A]:
    """Raises ModelUnavailable for one that is not."""
    if drawn.coverage.planned and not drawn.coverage.enough:
        raise _lost(target, drawn.coverage.failed, drawn.coverage.planned)
    return drawn


def _lost(target: Target, lost: int, planned: int) -> ModelUnavailable:
    return ModelUnavailable(
        f"{lost} of {planned} calls of {target.name} were lost",
        expected="a batch with nine of ten calls answered",
        fix="Draw it again when the model can be reached; nothing of this batch was kept",
    )


def border_words(gate: Gateway, target: Endpoint, sizes: Sizes) -> tuple[str, ...]:
    """Words on which the model's first token is nearly a tie; none when it has too few of them for a fingerprint."""
    seed = seed_of(target.fingerprint, "words")
    first = probing.tokens(gate, target, probes.words(seed, sizes.words), sizes.discovery)
    chosen = fingerprint.candidates(first.answers)
    drawn = probing.tokens(gate, target, chosen, sizes.selection)
    found = fingerprint.border_inputs(drawn.answers, sizes.probes)
    return found if len(found) >= fingerprint.LEAST_PROBES else ()


def outputs(drawn: Drawn[Any]) -> dict[str, Any]:
    """Answers with their scores by probe, as the ledger keeps them."""
    return {probe: _paired(drawn, probe) for probe in drawn.answers}


def _paired(drawn: Drawn[Any], probe: str) -> list[dict[str, Any]]:
    scores: Sequence[float | None] = drawn.scores.get(probe) or [None] * len(drawn.answers[probe])
    return [
        {"answer": answer, **({} if score is None else {"score": score})}
        for answer, score in zip(drawn.answers[probe], scores, strict=True)
    ]


def seed_of(*parts: str) -> int:
    return int(hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8], 16)
