"""How long a prompt is for its model: counted when somebody counted, else estimated and called so."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .paragraphs import text_of

_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Tokens(NamedTuple):
    """Tokens of the templates without values; `how` says who counted: `estimate`, or the source of the numbers."""

    before: float
    after: float
    how: str = "estimate"


def estimate(text: str) -> int:
    """The mean of a token for four characters and of four for three words; one for each character of a script without
    spaces. OpenAI's rule of thumb, within some 20 % for English prose: to compare versions, not to pay bills by."""
    rest, unspaced = _UNSPACED.subn(" ", text)
    return round((len(rest) / 4 + len(rest.split()) * 4 / 3) / 2 + unspaced)


def text_sent(components: Mapping[Any, Any]) -> str:
    """What the model reads at each request besides values: messages, the safety policy's text, tools."""
    messages = [text_of(message["content"]) for message in components["prompt"]["messages"]]
    safety = (components.get("safety") or {}).get("text", "")
    tools = [json.dumps(tool, sort_keys=True) for tool in components.get("tools") or ()]
    return "\n".join([*messages, safety, *tools])
