"""What an application notes while it answers a request: turns, tool calls, retrieval. In memory, of one request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .drivers import Reply
from .outcome import Retrieval
from .replies import sane


@dataclass
class ToolCall:
    """The model's reply and the application may both tell of it: that is one call. `came` is a result or an error."""

    name: str | None
    arguments: Any
    call_id: str | None = None
    by_model: bool = False
    by_application: bool = False
    came: dict[str, Any] = field(default_factory=dict)

    @property
    def column(self) -> dict[str, Any]:
        return {"name": self.name, "arguments": self.arguments} | self.came


class Notes:
    """`failures` counts model calls that gave no answer."""

    def __init__(self, retrieval: Retrieval | None = None) -> None:
        self.retrieval = retrieval
        self.failures = 0
        self.last_error: str | None = None
        self.first_token_s: float | None = None
        self._turns: list[Reply] = []
        self._calls: list[ToolCall] = []

    @property
    def calls(self) -> tuple[dict[str, Any], ...]:
        return tuple(call.column for call in self._calls)

    @property
    def attempts(self) -> int:
        return self.failures + len(self._turns)

    def retrieved(self, found: Retrieval) -> None:
        self.retrieval = found if self.retrieval is None else self.retrieval + found

    def failed(self, error: object, calls: int = 1) -> None:
        self.failures += calls
        self.last_error = str(error) or type(error).__name__

    def replied(self, reply: Reply) -> None:
        """One turn, with its tool calls."""
        self._turns.append(sane(reply))
        for told in reply.tool_calls:
            call = self._told(told.get("name"), told.get("arguments"), by_model=False)
            call.by_model = True

    def tool_call(self, name: str, arguments: Any, call_id: str | None) -> None:
        call = self._told(name, arguments, by_application=False)
        call.by_application, call.call_id = True, call_id

    def tool_result(self, name: str | None, call_id: str | None, came: dict[str, Any]) -> None:
        """Of the first call without one that fits; a result that no call asked for is noted too."""
        for call in self._calls:
            fits = (call_id is None or call.call_id == call_id) and (name is None or call.name == name)
            if fits and not call.came:
                call.came = came
                return
        self._calls.append(ToolCall(name, None, call_id, by_application=True, came=came))

    def _told(self, name: str | None, arguments: Any, **untold: bool) -> ToolCall:
        """The same call as the other side told it, else a new one."""
        for call in self._calls:
            if (call.name, call.arguments) == (name, arguments) and all(
                getattr(call, side) is told for side, told in untold.items()
            ):
                return call
        self._calls.append(ToolCall(name, arguments))
        return self._calls[-1]

    def summed(self) -> Reply | None:
        """The last turn, with the tokens of all: a number that one turn lacks is unknown. None when none came."""
        if not self._turns:
            return None
        last = self._turns[-1]
        return replace(
            last,
            prompt_tokens=_total([turn.prompt_tokens for turn in self._turns]),
            cached_tokens=_total([turn.cached_tokens for turn in self._turns]),
            output_tokens=_total([turn.output_tokens for turn in self._turns]),
            first_token_s=self.first_token_s if self.first_token_s is not None else last.first_token_s,
        )


def _total(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
