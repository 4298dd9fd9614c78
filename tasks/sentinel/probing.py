"""Ask the probes. Fresh calls only: no cache, no fallback, no seed.

What is lost in transport is counted, not hidden.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from registry.artifact import Decoding
from registry.errors import BudgetSpent, ModelRejected
from registry.models import Model
from registry.runtime.drivers import Request
from tasks.drift import contract, fingerprint, logprobs
from tasks.drift.contract import LOGPROBS, SEED, TEMPERATURE, Observed
from tasks.drift.logprobs import Vector
from tasks.drift.verdict import Coverage
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Job
from tasks.evaluation.seating import seat
from tasks.gateway.budget import Budget
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway
from tasks.gateway.retries import Retries
from tasks.release.workspace import Workspace

from .target import Endpoint, Texts

_SLOT = "fingerprint"
"""Stands for a behavior: a local model keeps the prefixes of these probes in a slot of their own."""
_ANY_TEMPERATURE = 1.0
"""The one that every provider takes."""

A = TypeVar("A")


@dataclass(frozen=True)
class Drawn(Generic[A]):
    """Answers by probe, in the order drawn, and what became of the calls. `scores` go with texts, None = unscored."""

    answers: Mapping[str, Sequence[A]]
    coverage: Coverage
    scores: Mapping[str, Sequence[float | None]] = field(default_factory=dict)


def door(max_usd: float | None = None) -> Gateway:
    """One retry of a call that was lost on the way."""
    return Gateway(Budget(max_usd=max_usd), retries=Retries(attempts=2))


def observe(gate: Gateway, endpoint: Endpoint) -> Observed:
    """The canonical messages, one token each, and what the endpoint is capable of."""
    outcomes = _all(gate, [_one_token(endpoint.model, text, _ANY_TEMPERATURE) for text in contract.CANONICAL])
    replies = [outcome.reply if outcome else None for outcome in outcomes]
    said = [reply for reply in replies if reply is not None]
    refused = [outcome for outcome in outcomes if outcome and isinstance(outcome.error, ModelRejected)]
    return Observed(
        response_model=_only(reply.model for reply in said),
        system_fingerprint=_only(reply.system_fingerprint for reply in said),
        prompt_tokens=tuple(reply.prompt_tokens if reply else None for reply in replies),
        capabilities=capabilities(gate, endpoint) if said else {},
        finish_reasons=frozenset(reply.finish_reason for reply in said if reply.finish_reason),
        calls=len(outcomes),
        refused=len(refused),
        failed=len(outcomes) - len(said) - len(refused),
    )


def capabilities(gate: Gateway, endpoint: Endpoint) -> dict[str, bool]:
    """Whether requests with a low temperature, a seed and log-probabilities are answered: one real call each, since
    tables of what a provider supports are wrong. Without those whose call was lost."""
    plain = _one_token(endpoint.model, contract.CANONICAL[0], _ANY_TEMPERATURE)
    seeded = replace(plain, decoding=plain.decoding.model_copy(update={"seed": 1}))
    tried = _all(gate, [_one_token(endpoint.model, contract.CANONICAL[0]), seeded])
    taken = {name: _taken(outcome) for name, outcome in zip((TEMPERATURE, SEED), tried, strict=True)}
    taken[LOGPROBS] = None if (found := widest(gate, endpoint)) is None else found > 0
    return {name: works for name, works in taken.items() if works is not None}


def _taken(outcome: Outcome | None) -> bool | None:
    """None for a call that was lost: it says nothing."""
    if outcome is None or (outcome.reply is None and not isinstance(outcome.error, ModelRejected)):
        return None
    return outcome.reply is not None


def widest(gate: Gateway, endpoint: Endpoint) -> int | None:
    """Log-probabilities that an answer comes with: as many as are asked for, else fewer. 0: none; None: calls lost."""
    for top in logprobs.WIDTHS:
        (outcome,) = _all(gate, [_with_logprobs(endpoint.model, contract.CANONICAL[0], top)])
        taken = _taken(outcome)
        if taken is None:
            return None
        if outcome is not None and outcome.reply is not None and outcome.reply.logprobs:
            return top
    return 0


def vectors(gate: Gateway, endpoint: Endpoint, top: int, draws: int) -> Drawn[Vector]:
    """Log-probabilities after the canonical messages, in requests of their own. An answer without any counts as lost:
    a local server gives none where the token that it drew is a part of a character."""
    asked = [message for _ in range(draws) for message in contract.CANONICAL]
    outcomes = _all(gate, [_with_logprobs(endpoint.model, message, top) for message in asked])
    found: dict[str, list[Vector]] = {message: [] for message in contract.CANONICAL}
    for message, outcome in zip(asked, outcomes, strict=True):
        if outcome is not None and outcome.reply is not None and outcome.reply.logprobs:
            found[message].append(logprobs.vector(outcome.reply.logprobs))
    return _drawn(found, len(asked))


def tokens(gate: Gateway, endpoint: Endpoint, probes: Sequence[str], draws: int) -> Drawn[str]:
    """First tokens; draw after draw over all probes, so that an hour's noise does not fall on a few of them."""
    asked = [probe for _ in range(draws) for probe in probes]
    outcomes = _all(gate, [_one_token(endpoint.model, probe) for probe in asked])
    answers: dict[str, list[str]] = {probe: [] for probe in probes}
    for probe, outcome in zip(asked, outcomes, strict=True):
        if outcome is not None and outcome.reply is not None:
            answers[probe].append(outcome.reply.text)
    return _drawn(answers, len(asked))


def _drawn(answers: Mapping[str, Sequence[A]], planned: int) -> Drawn[A]:
    done = sum(map(len, answers.values()))
    return Drawn(answers, Coverage(planned, done, planned - done))


def answers(workspace: Workspace, gate: Gateway, of: Texts, draws: int) -> Drawn[str]:
    """Whole answers to the fixed cases at production parameters, scored as the eval set scores them."""
    jobs = [Job(case, of.arm, number) for number in range(1, draws + 1) for case in of.selection.cases]
    panel = seat(of.selection.evalset, workspace.catalog, [of.arm.model])
    run = run_all(of.selection.evalset, jobs, gate, test_id=None, panel=panel)
    texts: dict[str, list[str]] = {case.id: [] for case in of.selection.cases}
    scores: dict[str, list[float | None]] = {case.id: [] for case in of.selection.cases}
    for result in run.results:
        if result.output is not None:
            texts[result.case_id].append(result.output)
            scores[result.case_id].append(result.score)
    done = sum(map(len, texts.values()))
    return Drawn(texts, Coverage(len(jobs), done, len(jobs) - done), scores)


def _one_token(model: Model, text: str, temperature: float = fingerprint.TEMPERATURE) -> Request:
    decoding = Decoding(temperature=temperature, max_output_tokens=1)
    return Request(model, [{"role": "user", "content": text}], decoding, behavior=_SLOT)


def _with_logprobs(model: Model, text: str, top: int) -> Request:
    """The likeliest token is drawn: the same one each time, so that each message has its log-probabilities or never."""
    return replace(_one_token(model, text, 0.0), top_logprobs=top)


def _all(gate: Gateway, requests: Sequence[Request]) -> list[Outcome | None]:
    """In the order asked; None for a call that the budget had no room for."""

    async def one(number: int, request: Request) -> Outcome | None:
        try:
            return await gate.complete(Call(request, f"probe {number}", number, "probe", None))
        except BudgetSpent:
            return None

    async def every() -> list[Outcome | None]:
        return list(await asyncio.gather(*(one(number, request) for number, request in enumerate(requests))))

    return asyncio.run(every())


def _only(values: Iterable[str | None]) -> str | None:
    """The one value that was said; several are listed, so that they differ from one."""
    found = sorted({value for value in values if value is not None})
    return " | ".join(found) or None
