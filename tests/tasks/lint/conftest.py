"""A version that every rule is content with, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from registry.artifact import Output, PromptVersion
from registry.behavior import COMPONENTS, Behavior
from registry.environments import load_environments
from tasks.canary.history import History
from tasks.lint.subject import Subject, Traffic

Make = Callable[..., Subject]

REGISTRY = Path(__file__).parents[3] / "registry"
PRODUCTION = load_environments(REGISTRY / "environments.yaml").policy("production", "medium")

CLEAN: dict[str, Any] = {
    "id": "order-extract",
    "version": "v3",
    "use_case": "orders.extract",
    "purpose": "Pull the order id out of a message.",
    "owner": "support",
    "risk": "medium",
    "model": "smollm2-135m",
    "decoding": {"temperature": 0.0, "max_output_tokens": 48},
    "variables": {"message": {"type": "string", "maxLength": 4000, "untrusted": True}},
    "messages": [
        {"role": "system", "content": "Find the order id in the message of the customer."},
        {"role": "user", "content": "<message>{{ message }}</message>"},
    ],
    "output": {
        "format": "json",
        "schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
    },
    "evals": {"fast": "order-extract/fast", "full": "order-extract/full"},
    "change": {
        "author": "ana",
        "why": "One-shot mislabels products it has not seen; two more examples should fix that.",
        "expected": [{"metric": "score", "direction": "up", "by": 0.3}],
        "guards": [{"metric": "refusal", "max_increase": 0.005}],
        "reverse": "pin v2",
    },
}


def behavior(version: PromptVersion, safety: object = None) -> Behavior:
    content = version.model_dump(mode="json", include={"messages", "variables"})
    return Behavior(dict.fromkeys(COMPONENTS, None) | {"prompt": content, "model": version.model, "safety": safety})


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` wins; mappings under `change` and `output` are merged too."""
    inner = {key: {**base[key], **over[key]} for key in ("change", "output") if key in over}
    return {**base, **over, **inner}


@pytest.fixture
def make() -> Make:
    """make(around={...Subject fields}, **keys of the version file) -> Subject, compared with a v2 of another model.

    Three more of `around`: `policy` is the safety policy's text, `before` the schema of v2's output, `traffic` the
    units a day that production sees.
    """

    def subject(around: Mapping[str, Any] | None = None, **over: Any) -> Subject:
        version = PromptVersion.model_validate(merged(CLEAN, over))
        around = dict(around or {})
        before = version.model_copy(update={"version": "v2", "model": "another-model"})
        if "before" in around:
            output = {"format": "json", "schema": {"type": "object", "required": ["id"], **around.pop("before")}}
            before = before.model_copy(update={"output": Output.model_validate(output)})
        safety = {"text": around.pop("policy", "")}
        if "traffic" in around:
            around["traffic"] = Traffic(PRODUCTION, History({}, around["traffic"]))
        old = behavior(before, safety)
        usual = {"previous": before, "previous_behavior": old, "others": {"v2": old.sha}}
        return Subject(version, behavior(version, safety), **{**usual, **around})

    return subject
