"""What the attributes of a span say, by whichever tool they were written. Needs no OpenTelemetry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from . import semconv
from .drivers import Reply


def unfolded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """With what stands as JSON in one attribute spread out by its keys."""
    found = dict(attributes)
    for name in semconv.FOLDED:
        inner = parsed(attributes.get(name))
        if isinstance(inner, Mapping):
            found |= {f"{name}.{key}": value for key, value in inner.items()}
    return found


def reply_of(attributes: Mapping[str, Any]) -> Reply:
    """What the attributes of a model call's span say of its answer, by whichever tool they were written."""
    text, calls = _output(semconv.told(attributes, "output"))
    reasons = semconv.told(attributes, "finish_reasons")
    reason = reasons[0] if isinstance(reasons, list | tuple) and reasons else reasons
    return Reply(
        text=text,
        tool_calls=calls,
        finish_reason=reason if isinstance(reason, str) else None,
        prompt_tokens=_whole(semconv.told(attributes, "prompt_tokens")),
        cached_tokens=_whole(semconv.told(attributes, "cached_tokens")),
        output_tokens=_whole(semconv.told(attributes, "output_tokens")),
        model=semconv.told(attributes, "response_model"),
        first_token_s=semconv.told(attributes, "first_chunk_s"),
    )


def _output(told: Any) -> tuple[str, tuple[dict[str, Any], ...]]:
    """`gen_ai.output.messages` are messages with parts; elsewhere the answer stands as a text."""
    messages = parsed(told)
    if isinstance(messages, dict) and messages.get("role") == "assistant" and isinstance(messages.get("content"), str):
        return messages["content"], ()
    if not isinstance(messages, list) or not all(isinstance(one, dict) and "parts" in one for one in messages):
        return ("" if told is None else str(told)), ()
    parts = [part for message in messages for part in message["parts"] or ()]
    texts = [str(part.get("content") or "") for part in parts if part.get("type") == "text"]
    calls = [
        {"name": part.get("name"), "arguments": part.get("arguments")}
        for part in parts
        if part.get("type") == "tool_call"
    ]
    return "".join(texts), tuple(calls)


def documents(attributes: Mapping[str, Any]) -> list[Any]:
    """OpenInference numbers the documents of a retrieval, the conventions list them."""
    listed = parsed(attributes.get("gen_ai.retrieval.documents"))
    if isinstance(listed, list):
        return listed
    return [
        value
        for name, value in sorted(attributes.items())
        if name.startswith("retrieval.documents.") and name.endswith((".document.id", ".document.content"))
    ]


def parsed(value: Any) -> Any:
    with suppress(TypeError, ValueError):
        return json.loads(value)
    return value


def _whole(value: Any) -> int | None:
    with suppress(TypeError, ValueError):
        return int(value)
    return None
