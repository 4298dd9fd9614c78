"""What an application holds: it resolves, calls and stamps each request.

    with Client("production", application="shop") as client:
        answer = client.call("order-extract", {"message": text}, unit=session_id, intent="refund")
        client.feedback(answer.trace_id, "thumbs_down", 1)

Routing never makes it raise, but where nothing was ever released. A model that does not answer raises ModelError,
after it was recorded.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ..errors import UsageError
from ..models import Price
from ..roots import Roots
from .answering import Answered, Answering, Patience, answering, arun, run
from .call import Answer, Call
from .feedback import value_of, vocabulary
from .heartbeat import Heartbeat
from .ids import new_id
from .outcome import Retrieval
from .publishing import Publisher
from .reading import Clock, Reading
from .record import OTHER, Asked, Unit, feedback_line
from .recorder import Recorder, Telemetry
from .resolution import Resolution, Resolver
from .spool import Spool
from .stamped import Stamped
from .storage import publisher as published
from .stream import AsyncStream, Stream
from .unit_key import UnitKey

if TYPE_CHECKING:
    from ..metrics import Metrics

__all__ = ["Answer", "AsyncStream", "Call", "Client", "Retrieval", "Stamped", "Stream"]

SYSTEM = Clock(time.time, time.monotonic)


Request = TypeVar("Request", bound=Stamped)


class Client:
    """One a process and environment; safe to use from many threads. `poll` and `clock_skew` are in seconds."""

    def __init__(
        self,
        environment: str,
        *,
        roots: Roots | None = None,
        publisher: Publisher | None = None,
        spool: Spool | None = None,
        unit_key: UnitKey | None = None,
        application: str = "app",
        poll: float = 1.0,
        clock_skew: float = 10.0,
        patience: Patience | None = None,
        metrics: Metrics | None = None,
        telemetry: Telemetry | None = None,
        clock: Clock = SYSTEM,
    ) -> None:
        """Raises SettingsError when no root is found and not everything is given."""
        found = cache(lambda: roots or Roots.find())
        self._environment = environment
        self._application = application
        self._patience = patience or Patience()
        self._clock = clock
        self._publisher = publisher or published(found())
        self._spool = spool or Spool(found().spool)
        self._unit_key = unit_key or UnitKey.find(found().home)
        self._reading = Reading(self._publisher, environment, poll_s=poll, clock_skew_s=clock_skew, clock=clock)
        self._resolver = Resolver(self._publisher, self._reading)
        self._heartbeat = Heartbeat(self._publisher, environment, self._reading, lambda: self._spool.dropped)
        self._reading.on_look = self._heartbeat.ensure
        self._recorder = Recorder(self._spool, self._price, telemetry)
        self._metrics = cache(lambda: metrics or vocabulary(found))

    def resolve(
        self, prompt_id: str | None = None, *, use_case: str | None = None, unit: str | None = None
    ) -> Resolution:
        """The version for this unit, by prompt id or by use case; live for an anonymous request. Raises NoRoute."""
        if (prompt_id is None) == (use_case is None):
            raise UsageError(
                f"A prompt id {prompt_id!r} and a use case {use_case!r}",
                expected="exactly one of the two",
                fix="Name the prompt, or the purpose it serves",
            )
        return self._resolver.resolve(prompt_id or self._resolver.prompt_of(use_case or ""), unit)

    def start(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any] | None = None,
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
        retrieval: Retrieval | None = None,
    ) -> Call:
        """The pieces around the application's own model call, see `call.py`. Raises NoRoute, RenderError of live.

        Without `variables` it is rendered later, by `call.render(...)`: after a retrieval, for instance.
        """
        asked = self._ask(self.resolve(prompt_id, use_case=use_case, unit=unit), unit, intent, metrics)
        call = Call(asked, self._recorder, self._resolver.live_of, retrieval)
        return _begun(call, variables)

    def stamp(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any] | None = None,
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
    ) -> Stamped:
        """For model calls that the LiteLLM callback or the span processor records, see `stamped.py`."""
        asked = self._ask(self.resolve(prompt_id, use_case=use_case, unit=unit), unit, intent, None)
        return _begun(Stamped(asked, self._recorder, self._resolver.live_of), variables)

    def call(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
        retrieval: Retrieval | None = None,
    ) -> Answer:
        """Asks the model and records it. Raises NoRoute, RenderError of live, ModelError without an answer."""
        with self.start(
            prompt_id, variables, use_case=use_case, unit=unit, intent=intent, metrics=metrics, retrieval=retrieval
        ) as call:
            answered = run(self._answering(call))
            return _answer_of(call, answered)

    async def acall(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
        retrieval: Retrieval | None = None,
    ) -> Answer:
        """Like `call`, in an event loop."""
        with self.start(
            prompt_id, variables, use_case=use_case, unit=unit, intent=intent, metrics=metrics, retrieval=retrieval
        ) as call:
            answered = await arun(self._answering(call))
            return _answer_of(call, answered)

    def stream(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
        retrieval: Retrieval | None = None,
    ) -> Stream:
        """Like `call`, text by text, see `stream.py`. Retries and fallbacks end with the first text."""
        call = self.start(
            prompt_id, variables, use_case=use_case, unit=unit, intent=intent, metrics=metrics, retrieval=retrieval
        )
        return Stream(call, partial(self._answering, call))

    def astream(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
        retrieval: Retrieval | None = None,
    ) -> AsyncStream:
        """Like `stream`, in an event loop."""
        call = self.start(
            prompt_id, variables, use_case=use_case, unit=unit, intent=intent, metrics=metrics, retrieval=retrieval
        )
        return AsyncStream(call, partial(self._answering, call))

    def feedback(self, trace_id: str, name: str, value: float) -> bool:
        """What was said about an answer: 0 or 1 for yes/no metrics. False when it had to be dropped.

        Raises UnknownMetric for a name that neither the vocabulary nor the application's metrics.yaml has as feedback.
        """
        number = value_of(name, _number(name, value), self._metrics())
        line = feedback_line(trace_id, self._now(), name, number, self._application)
        return self._spool.log(line)

    def close(self) -> None:
        """Hands over what is written. The drivers stay open for other clients: `drivers.close_all` ends them."""
        self._heartbeat.close()
        self._spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self, found: Resolution, unit: str | None, intent: str | None, metrics: Mapping[str, float] | None
    ) -> Asked:
        asked = Asked(
            trace_id=new_id("tr_"),
            at=self._now(),
            environment=self._environment,
            resolution=found,
            unit=None if unit is None else Unit(self._unit_key.hide(unit), self._unit_key.id),
            intent=intent or OTHER,
            metrics={name: _number(name, value) for name, value in (metrics or {}).items()},
        )
        self._recorder.assign(asked)
        return asked

    def _answering(self, call: Call) -> Answering:
        return answering(call.artifact, call.messages, self._resolver.model, self._patience)

    def _price(self, _: str, identity: dict[str, str | None]) -> Price | None:
        return self._resolver.model(identity).price

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)


def _begun(request: Request, variables: Mapping[str, Any] | None) -> Request:
    if variables is not None:
        request.render(**variables)
    return request


def _answer_of(call: Call, answered: Answered) -> Answer:
    answer = call.settled(answered, call.waited_s)
    if answered.error is not None:
        raise answered.error
    return answer


def _number(name: str, value: float) -> float:
    if math.isfinite(value):
        return float(value)
    raise UsageError(f"{name} is {value!r}", expected="a finite number", fix="Leave out what was not measured")
