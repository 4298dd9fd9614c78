"""What one request of a version takes of its model's context, in estimated tokens."""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple

from registry.artifact import PromptVersion
from registry.message import Variable
from registry.models import Model
from registry.tokens import PER_TOKEN, estimated, of_messages
from tasks.lint.passage import marked

_ITEM = 50
"""Tokens of one item of an array, when nothing is known of it."""
_IMAGE = 1_600
"""Tokens of one image: width x height / 750 at 1.2 megapixels, where Anthropic scales down; others take fewer."""


class Budget(NamedTuple):
    """`fixed` is the text itself with tools and policy, `variables` what they add at their largest, None when one of
    them has no bound; `answer` is max_output_tokens."""

    fixed: int
    variables: int | None
    answer: int


def budget(version: PromptVersion, policy: str) -> Budget:
    texts = [marked(message.content, frozenset()) for message in version.messages] + ([policy] if policy else [])
    tools = [json.dumps(tool.model_dump(mode="json"), ensure_ascii=False) for tool in version.tools]
    sent = version.output.schema_ if version.output.enforce == "request" else None
    extra = sum(map(estimated, tools)) + (estimated(json.dumps(sent)) if sent else 0)
    sizes = [_largest(name, variable, version) for name, variable in version.variables.items()]
    known = [size for size in sizes if size is not None]
    variables = sum(known) if len(known) == len(sizes) else None
    images = _IMAGE * sum(len(message.images or ()) for message in version.messages)
    return Budget(of_messages(texts) + extra + images, variables, version.decoding.max_output_tokens)


def context_of(model: Model) -> int | None:
    """Tokens that one request may take: the smaller of what the model can and what a slot of its server has."""
    known = [context for context in (model.limits.context, model.reach.context) if context]
    return min(known, default=None)


def _largest(name: str, variable: Variable, version: PromptVersion) -> int | None:
    inserted = re.compile(rf"\{{\{{[^{{}}]*\b{re.escape(name)}\b")
    times = sum(len(inserted.findall(message.content)) for message in version.messages)
    if variable.type == "array":
        return None if variable.max_items is None else times * variable.max_items * _ITEM
    if variable.type != "string":
        return times * 6
    longest = variable.max_length or max(map(len, variable.enum or ()), default=None)
    return None if longest is None else times * math.ceil(longest / PER_TOKEN)
