"""Tool calls and retrievals that stand beside model calls in their trace, and which call each belongs to. Pure.

Each belongs to the nearest model call: one that it stands below, else one below the closest span that both stand below,
else one of its trace. Of several, a tool belongs to the last call that had begun before it, one that asked for it if
there is any; a retrieval belongs to the first call that began after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from registry.runtime import semconv
from registry.runtime.outcome import Retrieval
from registry.runtime.span_attributes import ToolUse, failure, reply_of, retrieval, tool_use

from .otlp import Span


class _Done(NamedTuple):
    start: datetime
    parent: str | None
    what: ToolUse | Retrieval


class _Call(NamedTuple):
    start: datetime
    span_id: str
    asked: frozenset[str]


@dataclass
class _Tree:
    """One trace: its spans with what they stand below."""

    parents: dict[str, str | None] = field(default_factory=dict)
    calls: list[_Call] = field(default_factory=list)
    done: list[_Done] = field(default_factory=list)

    def above(self, span_id: str | None) -> Iterator[str | None]:
        """The span itself, what it stands below, and at last the trace."""
        seen: set[str] = set()
        while span_id is not None and span_id not in seen:
            yield span_id
            seen.add(span_id)
            span_id = self.parents.get(span_id)
        yield None

    def below(self) -> Mapping[str | None, Sequence[_Call]]:
        """The model calls below each span, itself included, as they began."""
        found: dict[str | None, list[_Call]] = defaultdict(list)
        for call in sorted(self.calls):
            for span_id in self.above(call.span_id):
                found[span_id].append(call)
        return found


@dataclass
class Beside:
    """What belongs to one model call, as it began."""

    tools: list[ToolUse] = field(default_factory=list)
    retrieval: Retrieval | None = None
    spans: int = 0

    def add(self, what: ToolUse | Retrieval) -> None:
        self.spans += 1
        if isinstance(what, ToolUse):
            self.tools.append(what)
        else:
            self.retrieval = what if self.retrieval is None else self.retrieval + what

    def calls(self, asked: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
        """The calls that the model asked for with what came of them, then those that nobody asked for."""
        found = [dict(call) for call in asked]
        for tool in self.tools:
            waiting = [one for one in found if one.get("name") == tool.name and not {"result", "error"} & one.keys()]
            same = [one for one in waiting if one.get("arguments") == tool.arguments] or waiting
            if not same:
                same = [{"name": tool.name, "arguments": tool.arguments}]
                found += same
            same[0].update(tool.came)
        return tuple(found)


class Trees:
    """The spans of a file: `add` each, then ask what belongs to whom."""

    def __init__(self) -> None:
        self._trees: defaultdict[str, _Tree] = defaultdict(_Tree)

    def add(self, span: Span) -> None:
        """A span that was exported twice counts once."""
        tree, told = self._trees[span.trace_id], span.attributes
        if span.span_id in tree.parents:
            return
        tree.parents[span.span_id] = span.parent
        operation = semconv.operation(told)
        error = span.error or failure(told)
        if operation in semconv.MODEL_CALLS:
            asked = frozenset(str(call.get("name")) for call in reply_of(told).tool_calls)
            tree.calls.append(_Call(span.start, span.span_id, asked))
        elif operation in semconv.TOOL_CALLS:
            tree.done.append(_Done(span.start, span.parent, tool_use(told, span.name, error)))
        elif operation in semconv.RETRIEVALS:
            tree.done.append(_Done(span.start, span.parent, retrieval(told, span.seconds)))

    def belonging(self) -> dict[tuple[str, str], Beside]:
        """By trace id and span id of the model call. What stands in a trace without one belongs to none."""
        found: defaultdict[tuple[str, str], Beside] = defaultdict(Beside)
        for trace_id, tree in self._trees.items():
            below = tree.below() if tree.done else {}
            for done in sorted(tree.done, key=lambda one: one.start):
                near = next((below[span_id] for span_id in tree.above(done.parent) if span_id in below), None)
                if near:
                    found[trace_id, _owner(done, near).span_id].add(done.what)
        return found


def _owner(done: _Done, near: Sequence[_Call]) -> _Call:
    before = [call for call in near if call.start <= done.start]
    after = [call for call in near if call.start > done.start]
    if isinstance(done.what, Retrieval):
        return after[0] if after else before[-1]
    asked = [call for call in before if done.what.name in call.asked]
    return (asked or before or after[:1])[-1]
