"""How long a prompt is for its model: counted when somebody counted, else estimated and called so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .paragraphs import text_of


class Tokens(NamedTuple):
    """Tokens of the templates without values; `how` says who counted: `estimate`, or the source of the numbers."""

    before: float
    after: float
    how: str = "estimate"


def text_sent(components: Mapping[Any, Any]) -> str:
    """What the model reads at each request besides values: messages, the safety policy's text, tools."""
    messages = [text_of(message["content"]) for message in components["prompt"]["messages"]]
    safety = (components.get("safety") or {}).get("text", "")
    tools = [json.dumps(tool, sort_keys=True) for tool in components.get("tools") or ()]
    return "\n".join([*messages, safety, *tools])
