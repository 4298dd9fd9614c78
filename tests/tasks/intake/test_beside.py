"""To which model call of its trace a tool call or retrieval belongs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from registry.runtime.span_attributes import ToolUse
from tasks.intake.beside import Beside, Trees
from tasks.intake.otlp import Span

AT = datetime(2026, 11, 21, tzinfo=UTC)
KINDS: dict[str, dict[str, Any]] = {
    "span": {},
    "chat": {"gen_ai.operation.name": "chat"},
    "asks": {
        "gen_ai.operation.name": "chat",
        "gen_ai.completion.0.tool_calls.0.name": "tool",
    },
    "tool": {"gen_ai.operation.name": "execute_tool"},
    "find": {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": '["d1"]'},
}

CASES: dict[str, tuple[list[tuple[str, str | None, str]], dict[str, list[str]]]] = {
    "a tool belongs to the call before it, a retrieval to the one after": (
        [("a", "root", "chat"), ("t", "root", "tool"), ("r", "root", "find"), ("b", "root", "chat")],
        {"a": ["tool"], "b": ["d1"]},
    ),
    "to the one that asked for it": (
        [("a", "root", "asks"), ("b", "root", "chat"), ("t", "root", "tool")],
        {"a": ["tool"]},
    ),
    "to the one that it stands below": (
        [("a", "root", "chat"), ("b", "root", "chat"), ("t", "a", "tool"), ("r", "a", "find")],
        {"a": ["tool", "d1"]},
    ),
    "to the nearest in the tree, whenever it began": (
        [("x", "root", "span"), ("y", "root", "span"), ("a", "x", "chat"), ("b", "y", "asks"), ("t", "x", "tool")],
        {"a": ["tool"]},
    ),
    "to the one below the closest span that both stand below": (
        [("x", "root", "span"), ("y", "x", "span"), ("r", "y", "find"), ("a", "x", "chat"), ("b", "root", "chat")],
        {"a": ["d1"]},
    ),
    "a retrieval before no call belongs to the last one": (
        [("a", None, "chat"), ("b", None, "chat"), ("r", None, "find")],
        {"b": ["d1"]},
    ),
    "a tool before every call belongs to the first one": (
        [("t", None, "tool"), ("a", None, "chat"), ("b", None, "chat")],
        {"a": ["tool"]},
    ),
    "parents that are not in the file, or stand in a circle": (
        [("x", "y", "span"), ("y", "x", "span"), ("t", "x", "tool"), ("a", "gone", "chat")],
        {"a": ["tool"]},
    ),
    "several together": (
        [
            ("r", "root", "find"),
            ("s", "root", "find"),
            ("a", "root", "asks"),
            ("t", "root", "tool"),
            ("u", "a", "tool"),
        ],
        {"a": ["tool", "tool", "d1", "d1"]},
    ),
    "nothing without a model call": ([("t", None, "tool")], {}),
}


def spans(steps: list[tuple[str, str | None, str]]) -> list[Span]:
    """One after the other, a second each."""
    return [
        Span("trace", span_id, parent, kind, AT + timedelta(seconds=number), 1.0, KINDS[kind], None)
        for number, (span_id, parent, kind) in enumerate(steps)
    ]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("backwards", [False, True])
def test_whom_it_belongs_to(case: str, backwards: bool) -> None:
    """Whatever the order in which they were exported, and however often."""
    steps, belonging = CASES[case]
    trees = Trees()
    for one in [*(reversed(spans(steps)) if backwards else spans(steps)), *spans(steps)]:
        trees.add(one)
    found = {span_id: said(beside) for (_, span_id), beside in trees.belonging().items()}
    assert found == belonging


def said(beside: Beside) -> list[str]:
    documents = list(beside.retrieval.documents or ()) if beside.retrieval else []
    return [*(tool.name for tool in beside.tools), *documents]


def test_other_traces_are_others() -> None:
    trees = Trees()
    trees.add(spans([("a", None, "chat")])[0])
    trees.add(Span("other", "t", None, "tool", AT, 1.0, KINDS["tool"], None))
    assert trees.belonging() == {}


def test_results_go_to_the_calls_that_were_asked_for() -> None:
    """To one with the same arguments, else to the next of that name; what nobody asked for comes after them."""
    ran = [
        ToolUse("look_up", {"id": 2}, {"result": "two"}),
        ToolUse("look_up", None, {"error": "busy"}),
        ToolUse("look_up", {"id": 3}, {"result": None}),
    ]
    asked = [{"name": "look_up", "arguments": {"id": 1}}, {"name": "look_up", "arguments": {"id": 2}}]
    assert Beside(ran).calls(asked) == (
        {"name": "look_up", "arguments": {"id": 1}, "error": "busy"},
        {"name": "look_up", "arguments": {"id": 2}, "result": "two"},
        {"name": "look_up", "arguments": {"id": 3}, "result": None},
    )
