"""The pieces around an application's own model call.

    with client.start("order-extract", {"message": text}, unit=session_id) as call:
        answer = call.finish(openai.chat.completions.create(**call.request))

The clock runs from `start`. One record is written: by `finish`, or when the block is left without it. Noting never
raises; what it is told is written as it was told, redacted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from .answering import Answered
from .artifact_file import named
from .drivers import Reply
from .notes import Notes
from .outcome import CANCELLED, Outcome, Retrieval, of_answered
from .record import Asked
from .recorder import Recorder, Span
from .replies import as_reply
from .resolution import Resolution
from .stamped import Stamped


@dataclass(frozen=True)
class Answer:
    """`value` is the parsed output, None when it breaks its contract; `record` is the trace as it was written."""

    text: str
    value: Any
    trace_id: str
    resolution: Resolution
    record: Mapping[str, Any]


class Call(Stamped):
    """One request; not to be shared by threads. `retrieval` is what was looked up before: its time counts."""

    def __init__(
        self,
        asked: Asked,
        recorder: Recorder,
        live_of: Callable[[str], Resolution],
        retrieval: Retrieval | None = None,
    ) -> None:
        super().__init__(asked, recorder, live_of)
        self._notes = Notes(retrieval)
        self._before_s = (retrieval and retrieval.seconds) or 0.0
        self._started = time.perf_counter()
        self._answer: Answer | None = None

    @property
    def waited_s(self) -> float:
        """Since `start`, a retrieval before it included."""
        return time.perf_counter() - self._started + self._before_s

    def retrieved(self, documents: Sequence[Any], *, fan_out: int | None = None, seconds: float | None = None) -> None:
        """What was looked up since `start`. Again for each search: documents, fan-out and seconds add up."""
        found = list(documents) if isinstance(documents, list | tuple) else [documents]
        self._notes.retrieved(Retrieval(found, fan_out, seconds))

    def first_token(self) -> None:
        """Now, of a streamed answer; the first time counts."""
        if self._notes.first_token_s is None:
            self._notes.first_token_s = self.waited_s

    def attempt(self, error: object) -> None:
        """A model call that failed and is tried again, or given up when `finish` follows without an answer."""
        self._notes.failed(error)

    def replied(self, answer: Any) -> None:
        """An answer that is not the last: one that calls tools. Forms as with `finish`."""
        self._notes.replied(as_reply(answer))

    def tool_call(self, name: str, arguments: Any, *, call_id: str | None = None) -> None:
        """A tool is called. One that the reply told of too is one call."""
        if isinstance(arguments, str):
            with suppress(ValueError):
                arguments = json.loads(arguments)
        self._notes.tool_call(name, arguments, call_id)

    def tool_result(
        self, result: Any = None, *, name: str | None = None, call_id: str | None = None, error: object | None = None
    ) -> None:
        """Of the call with this id or name, else of the first that has none. `error` when the tool failed."""
        self._notes.tool_result(name, call_id, {"result": result} if error is None else {"error": str(error)})

    def finish(
        self,
        answer: Any = None,
        *,
        prompt_tokens: int | None = None,
        cached_tokens: int | None = None,
        output_tokens: int | None = None,
        finish_reason: str | None = None,
        refusal: str | None = None,
        model: str | None = None,
        cost_usd: float | None = None,
    ) -> Answer:
        """The answer: its text, a chat completion, an Anthropic message, or a Reply; None when there is none.

        What is given beside it wins over what it says of itself. `model` names another model that answered, as
        `provider/model` or by its id: a fallback. Called again, it gives what it gave.
        """
        if self._answer is None:
            told = {
                "prompt_tokens": prompt_tokens, "cached_tokens": cached_tokens, "output_tokens": output_tokens,
                "finish_reason": finish_reason, "refusal": refusal,
            }  # fmt: skip
            if answer is not None:
                reply = as_reply(answer)
                known: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
                self._notes.replied(replace(reply, **known))
            self._answer = self._written(self._outcome(model, cost_usd))
        return self._answer

    def settled(self, answered: Answered, latency_s: float) -> Answer:
        """Of a call that this SDK made itself."""
        self._answer = self._written(of_answered(answered, latency_s, self._notes.retrieval))
        return self._answer

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.leave(error)

    @property
    def ended(self) -> bool:
        return self._answer is not None

    def leave(self, error: BaseException | None = None) -> None:
        """Without an answer, if it has none yet: what leaving its block does."""
        if self._answer is None:
            self._answer = self._written(self._left(error))

    def _opened(self) -> Span | None:
        return self._recorder.begin(self.stamp, self.artifact)

    def _outcome(self, model: str | None, cost_usd: float | None) -> Outcome:
        reply, found = self._notes.summed(), self.artifact
        identity = found.model if model is None else (found.identity_of(model) or named(model, found))
        return Outcome(
            reply=reply,
            error=None if reply is not None else self._notes.last_error or "no answer was given",
            latency_s=self.waited_s,
            attempts=self._notes.attempts,
            fallback=identity != found.model,
            identity=identity,
            price=self._recorder.price(self.stamp.environment, identity),
            cost_usd=cost_usd,
            tool_calls=self._notes.calls,
            retrieval=self._notes.retrieval,
        )

    def _left(self, error: BaseException | None) -> Outcome:
        """An error ends a request, a cancelled task or generator only cuts it."""
        found = self._outcome(None, None)
        if error is None or isinstance(error, Exception):
            why = "the call was left before it was finished" if error is None else f"{type(error).__name__}: {error}"
            return replace(found, error=why, error_type=type(error).__name__ if error else "unfinished", whole=False)
        cut = replace(found.reply or Reply(""), finish_reason=CANCELLED)
        return replace(found, reply=cut, error=None, whole=False)

    def _written(self, outcome: Outcome) -> Answer:
        check, line = self._recorder.write(
            self.stamp, self.artifact, outcome, self._variables, self._asked.metrics, self._span
        )
        text = outcome.reply.text if outcome.reply else ""
        return Answer(text, check.value, self.trace_id, self.resolution, line)
