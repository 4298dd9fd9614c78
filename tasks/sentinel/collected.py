"""A reference, from the batches it was drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tasks.drift import contract
from tasks.drift.logprobs import Vector
from tasks.ledger.drift import Reference as Row

CONTRACT, VECTORS = "contract", "logprobs"
"""Stand for a probe in the rows of an endpoint's batch."""


@dataclass(frozen=True)
class Batch:
    """Answers by probe; `scores` go with texts. `observed` is the endpoint's contract, None for a cell; `vectors` are
    its log-probabilities by message, none where it gives none."""

    id: str
    at: datetime
    answers: dict[str, tuple[str, ...]]
    scores: dict[str, tuple[float | None, ...]]
    observed: contract.Reference | None
    vectors: dict[str, tuple[Vector, ...]]


@dataclass(frozen=True)
class Collected:
    """Batches, the oldest first."""

    batches: tuple[Batch, ...]

    @property
    def probes(self) -> tuple[str, ...]:
        """In the order in which the first batch has them."""
        return tuple(self.batches[0].answers) if self.batches else ()

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """Of all batches together."""
        return {probe: tuple(a for b in self.batches for a in b.answers.get(probe, ())) for probe in self.probes}

    @property
    def scores(self) -> dict[str, tuple[float | None, ...]]:
        return {probe: tuple(s for b in self.batches for s in b.scores.get(probe, ())) for probe in self.probes}

    @property
    def vectors(self) -> dict[str, tuple[Vector, ...]]:
        """Of all batches together."""
        messages = dict.fromkeys(message for batch in self.batches for message in batch.vectors)
        return {one: tuple(v for b in self.batches for v in b.vectors.get(one, ())) for one in messages}

    @property
    def draws(self) -> int:
        """Answers that every probe has at least; of an endpoint without probes, vectors that every message has."""
        return min((len(found) for found in (self.answers or self.vectors).values()), default=0)

    @property
    def days(self) -> int:
        """Different dates on which it was drawn."""
        return len({batch.at.date() for batch in self.batches})

    @property
    def observed(self) -> contract.Reference | None:
        """As in the newest batch."""
        return self.batches[-1].observed if self.batches else None


def collect(rows: Sequence[Row]) -> Collected:
    """From the ledger's rows, in their order."""
    by_batch: dict[str, list[Row]] = {}
    for row in rows:
        by_batch.setdefault(row.batch, []).append(row)
    return Collected(tuple(_batch(id_, found) for id_, found in by_batch.items()))


def _batch(id_: str, rows: Sequence[Row]) -> Batch:
    answers: dict[str, tuple[str, ...]] = {}
    scores: dict[str, tuple[float | None, ...]] = {}
    vectors: dict[str, tuple[Vector, ...]] = {}
    observed = None
    for row in rows:
        if row.probe == CONTRACT:
            observed = _reference(dict(row.outputs))
        elif row.probe == VECTORS:
            vectors = {message: tuple(pair["answer"] for pair in told) for message, told in dict(row.outputs).items()}
        else:
            pairs: list[Any] = list(row.outputs)
            answers[row.probe] = tuple(pair["answer"] for pair in pairs)
            scores[row.probe] = tuple(pair.get("score") for pair in pairs)
    return Batch(id_, rows[0].at, answers, scores, observed, vectors)


def dump(found: contract.Observed | contract.Reference) -> dict[str, Any]:
    """As the ledger keeps a contract."""
    return {
        "response_model": found.response_model,
        "system_fingerprint": found.system_fingerprint,
        "prompt_tokens": list(found.prompt_tokens),
        "capabilities": dict(found.capabilities),
        "finish_reasons": sorted(found.finish_reasons),
    }


def _reference(told: dict[str, Any]) -> contract.Reference:
    return contract.Reference(
        response_model=told["response_model"],
        system_fingerprint=told["system_fingerprint"],
        prompt_tokens=tuple(told["prompt_tokens"]),
        capabilities=told["capabilities"],
        finish_reasons=frozenset(told["finish_reasons"]),
    )
