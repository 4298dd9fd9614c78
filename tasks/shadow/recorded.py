"""What was recorded of a trace, played back: tools answer as they did, to the same call and to no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.evaluation.case import ToolResult
from tasks.ledger.trace import Trace

Called = Mapping[str, Any]


class Recorded(ToolResult):
    """The result of one recorded call."""

    def fits(self, called: Called) -> bool:
        return called.get("name") == self.tool and (called.get("arguments") or {}) == (self.arguments or {})


@dataclass(frozen=True, slots=True)
class Playback:
    """`calls` are those recorded, with or without their results: where the application ran the tools outside the
    conversation, a trace ends at its calls."""

    calls: Sequence[Called]
    tool_results: Sequence[ToolResult]
    turns: Sequence[str] = ()

    def left(self, calls: Sequence[Called]) -> bool:
        """Whether one of these calls was not recorded, so that nobody knows what its tool would have said."""
        return any(not any(_same(call, kept) for kept in self.calls) for call in calls)


def playback(trace: Trace) -> Playback:
    calls = [call for call in trace.tool_calls or () if call.get("name")]
    results = [
        Recorded(tool=str(call["name"]), arguments=call.get("arguments") or {}, result=call["result"])
        for call in calls
        if call.get("result") is not None and isinstance(call.get("arguments") or {}, dict)
    ]
    return Playback(calls, results)


def _same(call: Called, kept: Called) -> bool:
    return call.get("name") == kept.get("name") and (call.get("arguments") or {}) == (kept.get("arguments") or {})
