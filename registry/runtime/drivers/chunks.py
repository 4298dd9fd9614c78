"""An answer that comes in chunks (`chat.completion.chunk`), put together to a chat completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Chunks:
    """What has come so far."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._finish_reason: str | None = None
        self._rest: dict[str, Any] = {}

    def add(self, chunk: Mapping[str, Any]) -> str:
        """The text that is new."""
        told = {name: chunk[name] for name in ("usage", "timings", "model", "system_fingerprint") if chunk.get(name)}
        self._rest |= told
        choices = chunk.get("choices") or [{}]
        self._finish_reason = choices[0].get("finish_reason") or self._finish_reason
        delta = choices[0].get("delta") or {}
        for call in delta.get("tool_calls") or ():
            self._add_call(call)
        self._refusals.append(delta.get("refusal") or "")
        text = str(delta.get("content") or "")
        self._texts.append(text)
        return text

    @property
    def finished(self) -> bool:
        return self._finish_reason is not None

    @property
    def document(self) -> dict[str, Any]:
        message = {
            "content": "".join(self._texts),
            "refusal": "".join(self._refusals) or None,
            "tool_calls": [{"function": self._calls[index]} for index in sorted(self._calls)],
        }
        return {"choices": [{"message": message, "finish_reason": self._finish_reason}]} | self._rest

    def _add_call(self, part: Mapping[str, Any]) -> None:
        function = part.get("function") or {}
        call = self._calls.setdefault(part.get("index") or 0, {"name": "", "arguments": ""})
        call["name"] += function.get("name") or ""
        call["arguments"] += function.get("arguments") or ""
