from __future__ import annotations

from typing import Any

from registry.runtime.drivers import chat
from registry.runtime.drivers.chunks import Chunks


def chunk(finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"model": "one", "choices": [{"delta": delta, "finish_reason": finish_reason}]}


def test_an_answer_is_put_together() -> None:
    chunks = Chunks()
    parts = [
        chunk(role="assistant", content=None),
        chunk(content="Hel"),
        chunk(content="lo"),
        chunk("stop"),
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
    ]
    assert [chunks.add(part) for part in parts] == ["", "Hel", "lo", "", ""]
    found = chat.read(chunks.document)
    assert (found.text, found.finish_reason, found.prompt_tokens, found.output_tokens) == ("Hello", "stop", 9, 2)
    assert (found.model, found.refusal, found.tool_calls) == ("one", None, ())


def test_tool_calls_come_in_pieces() -> None:
    chunks = Chunks()
    for index, name, arguments in [(0, "look_up", '{"id"'), (0, None, ': "A-1"}'), (1, "erase", "{}")]:
        chunks.add(chunk(tool_calls=[{"index": index, "function": {"name": name, "arguments": arguments}}]))
    chunks.add(chunk("tool_calls", refusal=None))
    assert chat.read(chunks.document).tool_calls == (
        {"name": "look_up", "arguments": {"id": "A-1"}},
        {"name": "erase", "arguments": {}},
    )


def test_a_refusal() -> None:
    chunks = Chunks()
    chunks.add(chunk(refusal="I "))
    chunks.add(chunk("stop", refusal="won't"))
    assert chat.read(chunks.document).refusal == "I won't"


def test_nothing() -> None:
    assert chat.read(Chunks().document).text == ""
