"""What the attributes of a span say, by whichever tool they were written. Needs no OpenTelemetry."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from . import semconv
from .drivers import Reply, chat
from .outcome import Retrieval


class ToolUse(NamedTuple):
    """A tool that ran. `came` is its result, None where nobody told, or its error."""

    name: str
    arguments: Any
    came: dict[str, Any]


def unfolded(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """With what stands as JSON in one attribute spread out by its keys, and the stamp that a proxy was given."""
    found = dict(attributes)
    for name in semconv.FOLDED:
        inner = parsed(attributes.get(name))
        if isinstance(inner, Mapping):
            found |= {f"{name}.{key}": value for key, value in inner.items()}
    return _carried(attributes.get(semconv.CARRIED)) | found


def _carried(metadata: Any) -> dict[str, Any]:
    with suppress(SyntaxError, ValueError, TypeError, LookupError, RecursionError, MemoryError):
        return dict(ast.literal_eval(metadata)[semconv.CARRIED_STAMP])
    return {}


def reply_of(attributes: Mapping[str, Any]) -> Reply:
    """What the attributes of a model call's span say of its answer, by whichever tool they were written."""
    text, calls = _output(semconv.told(attributes, "output"))
    calls = calls or _numbered_calls(attributes)
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


def tool_use(attributes: Mapping[str, Any], span_name: str, error: str | None) -> ToolUse:
    """What the attributes of a tool's span say; where they do not name it, the span's name does."""
    name = semconv.told(attributes, "tool_name") or span_name.removeprefix("execute_tool ")
    arguments = parsed(semconv.told(attributes, "tool_arguments"))
    result = parsed(semconv.told(attributes, "tool_result"))
    return ToolUse(str(name), arguments, {"result": result} if error is None else {"error": error})


def retrieval(attributes: Mapping[str, Any], seconds: float) -> Retrieval:
    return Retrieval(_documents(attributes), seconds=seconds)


def failure(attributes: Mapping[str, Any]) -> str | None:
    """Langfuse says in an attribute that something went wrong, and leaves the span's status as it is."""
    if attributes.get(semconv.LEVEL) != "ERROR":
        return None
    return str(semconv.told(attributes, "error") or "it failed")


def _output(told: Any) -> tuple[str, tuple[dict[str, Any], ...]]:
    """`gen_ai.output.messages` are messages with parts; elsewhere the answer stands as a text."""
    messages = parsed(told)
    if isinstance(messages, dict) and messages.get("role") == "assistant":
        calls = [call for call in messages.get("tool_calls") or () if isinstance(call, dict)]
        reply = chat.read({"choices": [{"message": {**messages, "tool_calls": calls}}]})
        return reply.text, reply.tool_calls
    if not isinstance(messages, list) or not all(isinstance(one, dict) and "parts" in one for one in messages):
        return ("" if told is None else str(told)), ()
    parts = [part for message in messages for part in message["parts"] or () if isinstance(part, dict)]
    texts = [str(part.get("content") or "") for part in parts if part.get("type") == "text"]
    calls = [
        {"name": part.get("name"), "arguments": parsed(part.get("arguments"))}
        for part in parts
        if part.get("type") == "tool_call"
    ]
    return "".join(texts), tuple(calls)


def _numbered_calls(attributes: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Of tools that give each part of a call an attribute of its own."""
    for prefix, middle in semconv.NUMBERED_CALLS:
        names = _numbered(attributes, prefix, f"{middle}name")
        if names:
            given = _numbered(attributes, prefix, f"{middle}arguments")
            return tuple({"name": name, "arguments": parsed(given.get(number))} for number, name in names.items())
    return ()


def _documents(attributes: Mapping[str, Any]) -> list[Any] | None:
    """None when the attributes do not say: contents are often left out."""
    prefix, suffixes = semconv.NUMBERED_DOCUMENTS
    found: dict[int, Any] = {}
    for suffix in suffixes:
        found = _numbered(attributes, prefix, suffix) | found
    if found:
        return [found[number] for number in sorted(found)]
    listed = parsed(semconv.told(attributes, "documents"))
    listed = listed.get("documents") if isinstance(listed, Mapping) else listed
    return listed if isinstance(listed, list) else None


def _numbered(attributes: Mapping[str, Any], prefix: str, suffix: str) -> dict[int, Any]:
    """In the order of their numbers."""
    named = {
        name.removeprefix(prefix).removesuffix(suffix): value
        for name, value in attributes.items()
        if name.startswith(prefix) and name.endswith(suffix)
    }
    return {number: named[str(number)] for number in sorted(int(name) for name in named if name.isdecimal())}


def parsed(value: Any) -> Any:
    with suppress(TypeError, ValueError):
        return json.loads(value)
    return value


def _whole(value: Any) -> int | None:
    with suppress(TypeError, ValueError):
        return int(value)
    return None
