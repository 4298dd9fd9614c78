"""What applications get from their own model calls, as a Reply.

Texts, chat completions (of the OpenAI SDK, of LiteLLM, or as JSON) and messages of Anthropic's SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .drivers import Reply, chat


def as_reply(answer: Any) -> Reply:
    """What is of no known form is taken for its text."""
    if isinstance(answer, Reply):
        return answer
    document = _document(answer)
    if document is None:
        return Reply("" if answer is None else str(answer))
    if isinstance(document.get("content"), list):
        return _message(document)
    return chat.read(document)


def sane(reply: Reply) -> Reply:
    """With numbers where numbers belong: what others say may be anything."""
    return replace(
        reply,
        prompt_tokens=_whole(reply.prompt_tokens),
        cached_tokens=_whole(reply.cached_tokens),
        output_tokens=_whole(reply.output_tokens),
    )


def _whole(told: Any) -> int | None:
    return told if isinstance(told, int) else None


def _document(answer: Any) -> Mapping[str, Any] | None:
    if isinstance(answer, Mapping):
        return answer
    dump = getattr(answer, "model_dump", None)
    found = dump() if callable(dump) else None
    return found if isinstance(found, Mapping) else None


def _message(document: Mapping[str, Any]) -> Reply:
    """Anthropic counts tokens that were read from a cache, or written to one, beside the others."""
    blocks = [block for block in document["content"] if isinstance(block, Mapping)]
    usage = document.get("usage") or {}
    fresh, cached = usage.get("input_tokens"), usage.get("cache_read_input_tokens") or 0
    written = usage.get("cache_creation_input_tokens") or 0
    return Reply(
        text="".join(str(block.get("text") or "") for block in blocks if block.get("type") == "text"),
        tool_calls=tuple(
            {"name": block.get("name"), "arguments": block.get("input")}
            for block in blocks
            if block.get("type") == "tool_use"
        ),
        finish_reason=document.get("stop_reason"),
        prompt_tokens=None if fresh is None else fresh + cached + written,
        cached_tokens=None if fresh is None else cached,
        output_tokens=usage.get("output_tokens"),
        model=document.get("model"),
    )
