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
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import Any, Self

from ..errors import RenderError, UsageError
from ..roots import Roots
from .answering import Answered, Patience, answering, arun, run
from .heartbeat import Heartbeat
from .ids import new_id
from .publishing import LocalPublisher, Publisher
from .reading import Clock, Reading
from .record import OTHER, Asked, Unit, assignment_line, checked, feedback_line, trace_line
from .resolution import Resolution, Resolver
from .spool import Spool
from .unit_key import UnitKey

SYSTEM = Clock(time.time, time.monotonic)
REMEMBERED_UNITS = 100_000


@dataclass(frozen=True)
class Answer:
    """`value` is the parsed output, None when it breaks its contract; `record` is the trace as it was written."""

    text: str
    value: Any
    trace_id: str
    resolution: Resolution
    record: Mapping[str, Any]


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
        clock: Clock = SYSTEM,
    ) -> None:
        """Raises SettingsError when no root is found and not everything is given."""
        found = cache(lambda: roots or Roots.find())
        self._environment = environment
        self._application = application
        self._patience = patience or Patience()
        self._clock = clock
        self._publisher = publisher or LocalPublisher(found().artifacts, found().routes)
        self._spool = spool or Spool(found().spool)
        self._unit_key = unit_key or UnitKey.find(found().home)
        self._reading = Reading(self._publisher, environment, poll_s=poll, clock_skew_s=clock_skew, clock=clock)
        self._resolver = Resolver(self._publisher, self._reading)
        self._heartbeat = Heartbeat(self._publisher, environment, self._reading, lambda: self._spool.dropped)
        self._reading.on_look = self._heartbeat.ensure
        self._seen: OrderedDict[tuple[str | None, str], None] = OrderedDict()

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

    def call(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Answer:
        """Asks the model and records it. Raises NoRoute, RenderError of live, ModelError without an answer."""
        asked, messages = self._begin(prompt_id, use_case, variables, unit, intent, metrics)
        started = time.perf_counter()
        answered = run(answering(asked.resolution.artifact, messages, self._resolver.model, self._patience))
        return self._end(asked, answered, time.perf_counter() - started)

    async def acall(
        self,
        prompt_id: str | None,
        variables: Mapping[str, Any],
        *,
        use_case: str | None = None,
        unit: str | None = None,
        intent: str | None = None,
        metrics: Mapping[str, float] | None = None,
    ) -> Answer:
        """Like `call`, in an event loop."""
        asked, messages = self._begin(prompt_id, use_case, variables, unit, intent, metrics)
        started = time.perf_counter()
        answered = await arun(answering(asked.resolution.artifact, messages, self._resolver.model, self._patience))
        return self._end(asked, answered, time.perf_counter() - started)

    def feedback(self, trace_id: str, name: str, value: float) -> bool:
        """What was said about an answer: 0 or 1 for yes/no metrics. False when it had to be dropped."""
        line = feedback_line(trace_id, self._now(), name, _number(name, value), self._application)
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

    def _begin(
        self,
        prompt_id: str | None,
        use_case: str | None,
        variables: Mapping[str, Any],
        unit: str | None,
        intent: str | None,
        metrics: Mapping[str, float] | None,
    ) -> tuple[Asked, list[dict[str, Any]]]:
        at = self._now()
        resolution, messages = self._rendered(self.resolve(prompt_id, use_case=use_case, unit=unit), variables)
        asked = Asked(
            trace_id=new_id("tr_"),
            at=at,
            environment=self._environment,
            resolution=resolution,
            unit=None if unit is None else Unit(self._unit_key.hide(unit), self._unit_key.id),
            intent=intent or OTHER,
            variables=variables,
            metrics={name: _number(name, value) for name, value in (metrics or {}).items()},
        )
        self._assign(asked)
        return asked, messages

    def _rendered(self, found: Resolution, variables: Mapping[str, Any]) -> tuple[Resolution, list[dict[str, Any]]]:
        """A version on trial that cannot be rendered gives way to live."""
        try:
            return found, found.artifact.render(**variables)
        except RenderError as error:
            live = self._resolver.live_of(found.prompt_id).artifact
            if live.behavior == found.artifact.behavior:
                raise
            problem = f"live served instead: {error}"
            return found._replace(artifact=live, problem=problem), live.render(**variables)

    def _assign(self, asked: Asked) -> None:
        """Once a unit and release in this process; the ledger keeps the first of all processes."""
        line = assignment_line(asked)
        if line is None:
            return
        key = (asked.resolution.release_id, line["unit"])
        if key in self._seen:
            return
        if self._spool.log(line):
            self._seen[key] = None
        if len(self._seen) > REMEMBERED_UNITS:
            self._seen.popitem(last=False)

    def _end(self, asked: Asked, answered: Answered, latency_s: float) -> Answer:
        check = checked(asked, answered)
        line = trace_line(asked, answered, check, latency_s)
        self._spool.log(line)
        if answered.error is not None:
            raise answered.error
        text = answered.reply.text if answered.reply else ""
        return Answer(text, check.value, asked.trace_id, asked.resolution, line)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.wall(), UTC)


def _number(name: str, value: float) -> float:
    if math.isfinite(value):
        return float(value)
    raise UsageError(f"{name} is {value!r}", expected="a finite number", fix="Leave out what was not measured")
