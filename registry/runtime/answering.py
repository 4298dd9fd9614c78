"""Getting an answer: the version's model with its retries, then its fallbacks, as steps that know no I/O.

`answering` yields what is to be done and is sent what came of it, so that synchronous and asynchronous callers share
it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, cast

from ..errors import ModelError, ModelUnavailable
from ..models import Model
from . import drivers
from .artifact_file import Artifact
from .drivers import Reply, Request

WAIT_AT_MOST_S = 5.0


@dataclass(frozen=True)
class Ask:
    """To be sent a Reply, or thrown a ModelError. `attempts` counts this one."""

    request: Request
    attempts: int
    identity: dict[str, str | None]
    fallback: bool


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class Answered:
    """`reply` or `error`; both when an answer broke off. `attempts` counts calls; `fallback` says that another model
    than the version's answered; `whole` is False for an answer that was cut."""

    reply: Reply | None
    error: ModelError | None
    attempts: int
    identity: dict[str, str | None]
    model: Model | None
    fallback: bool
    whole: bool = True


Answering = Generator[Ask | Wait, Reply | None, Answered]


@dataclass(frozen=True)
class Patience:
    """`retries` after the first call, with full jitter up to `backoff_s` doubled each time, or as the provider says."""

    timeout_s: float = 60.0
    retries: int = 2
    backoff_s: float = 0.2

    def wait_s(self, error: ModelUnavailable, attempt: int) -> float:
        if error.retry_after_s is not None:
            return min(error.retry_after_s, WAIT_AT_MOST_S)
        return min(random.SystemRandom().uniform(0, self.backoff_s * 2**attempt), WAIT_AT_MOST_S)


def answering(
    artifact: Artifact,
    messages: list[dict[str, Any]],
    model_of: Callable[[dict[str, str | None]], Model],
    patience: Patience,
) -> Answering:
    """The last error stands when no model answers. `model_of` raises ModelRejected for what it does not know."""
    attempts = 0
    failure: ModelError | None = None
    for position, identity in enumerate((artifact.model, *artifact.fallbacks)):
        for attempt in range(patience.retries + 1):
            try:
                model = model_of(identity)
                attempts += 1
                request = _request(artifact, messages, model, patience.timeout_s)
                reply = yield Ask(request, attempts, identity, position > 0)
                return Answered(reply, None, attempts, identity, model, position > 0)
            except ModelUnavailable as error:
                failure = error
                if attempt < patience.retries:
                    yield Wait(patience.wait_s(error, attempt))
            except ModelError as error:
                failure = error
                break
    return Answered(None, failure, attempts, artifact.model, None, False)


def _request(artifact: Artifact, messages: list[dict[str, Any]], model: Model, timeout_s: float) -> Request:
    return Request(
        model, messages, artifact.decoding, artifact.tools, artifact.output, artifact.behavior, timeout_s=timeout_s
    )


def run(steps: Answering) -> Answered:
    """To the end, in this thread."""
    step = advance(steps, None)
    while not isinstance(step, Answered):
        step = advance(steps, _done(step))
    return step


async def arun(steps: Answering) -> Answered:
    """To the end, in this event loop."""
    step = advance(steps, None)
    while not isinstance(step, Answered):
        step = advance(steps, await _adone(step))
    return step


def advance(steps: Answering, came: Reply | ModelError | None) -> Ask | Wait | Answered:
    try:
        return steps.throw(came) if isinstance(came, ModelError) else steps.send(came)
    except StopIteration as end:
        return cast("Answered", end.value)


def _done(step: Ask | Wait) -> Reply | ModelError | None:
    if isinstance(step, Wait):
        time.sleep(step.seconds)
        return None
    try:
        return drivers.open(step.request.model).complete(step.request)
    except ModelError as error:
        return error


async def _adone(step: Ask | Wait) -> Reply | ModelError | None:
    if isinstance(step, Wait):
        import asyncio

        await asyncio.sleep(step.seconds)
        return None
    try:
        return await drivers.open(step.request.model).acomplete(step.request)
    except ModelError as error:
        return error
