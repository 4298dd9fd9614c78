"""The chat format that all drivers speak: a request as the body of `/chat/completions`, and its answer read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from ...artifact import Decoding, Output, Tool
from ...images import held
from . import Reply, Request
from .failure import rejected


def body(request: Request) -> dict[str, Any]:
    """What was not set is left out. Raises ModelRejected for a strategy that is more than one call, and for images
    that the model does not take."""
    decoding = request.decoding
    if not request.model.images and any(held(message["content"]) for message in request.messages):
        raise rejected(request.model, "it takes no images", fix="Use a model with `images: true` in models.yaml")
    if decoding.strategy.kind != "single":
        raise rejected(
            request.model,
            f"it draws one answer a call, and the prompt asks for {decoding.strategy.kind!r} of {decoding.strategy.n}",
            fix="Use the strategy 'single', or register a driver that knows this one",
        )
    asked = {"logprobs": True, "top_logprobs": request.top_logprobs} if request.top_logprobs else {}
    return {"messages": request.messages} | parameters(decoding, request.tools, request.output) | asked


def parameters(decoding: Decoding, tools: Sequence[Tool], output: Output) -> dict[str, Any]:
    """What a request says beside its model and messages."""
    wanted = {
        "temperature": decoding.temperature,
        "max_tokens": decoding.max_output_tokens,
        "seed": decoding.seed,
        "top_p": decoding.top_p,
        "stop": list(decoding.stop) or None,
        "tools": [_tool(tool) for tool in tools] or None,
        "response_format": _response_format(output),
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _tool(tool: Tool) -> dict[str, Any]:
    return {"type": "function", "function": tool.model_dump(mode="json")}


def _response_format(output: Output) -> dict[str, Any] | None:
    if output.format != "json" or output.enforce != "request":
        return None
    if output.schema_ is None:
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": "output", "schema": output.schema_}}


def reply(request: Request, document: Mapping[str, Any], latency_s: float) -> Reply:
    """From a chat completion. Raises ModelRejected for a document that holds no answer."""
    if not document.get("choices"):
        raise rejected(request.model, "its answer has no choices", fix="Look at the endpoint's own log")
    return read(document, latency_s)


def read(document: Mapping[str, Any], latency_s: float = 0.0) -> Reply:
    """A chat completion as a reply; one without choices is an empty answer."""
    choices = document.get("choices") or [{}]
    message = choices[0].get("message") or {}
    usage = document.get("usage") or {}
    timings = document.get("timings") or {}
    return Reply(
        text=_text(message.get("content")),
        tool_calls=tuple(_call(call.get("function") or {}) for call in message.get("tool_calls") or ()),
        finish_reason=choices[0].get("finish_reason"),
        refusal=message.get("refusal"),
        prompt_tokens=usage.get("prompt_tokens"),
        cached_tokens=(usage.get("prompt_tokens_details") or {}).get("cached_tokens"),
        output_tokens=usage.get("completion_tokens"),
        model=document.get("model"),
        system_fingerprint=document.get("system_fingerprint"),
        latency_s=latency_s,
        first_token_s=_first_token_s(timings),
        logprobs=_logprobs(choices[0].get("logprobs")),
    )


def _text(content: Any) -> str:
    """A text, or parts of which some are texts."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return str(content or "")


def _logprobs(told: Any) -> dict[str, float] | None:
    """Of the first token, by token; of tokens that read alike, as parts of a character do, the likeliest."""
    content = told.get("content") if isinstance(told, Mapping) else None
    found: dict[str, float] = {}
    for entry in content[0].get("top_logprobs") or () if content else ():
        found.setdefault(str(entry["token"]), float(entry["logprob"]))
    return found or None


def _call(function: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that are no JSON stay text."""
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        with suppress(ValueError):
            arguments = json.loads(arguments)
    return {"name": function.get("name"), "arguments": arguments}


def _first_token_s(timings: Mapping[str, Any]) -> float | None:
    """llama.cpp times the prompt and the tokens apart: the first token comes after the prompt."""
    prompt_ms, token_ms = timings.get("prompt_ms"), timings.get("predicted_per_token_ms")
    return None if prompt_ms is None or token_ms is None else float(prompt_ms + token_ms) / 1000
