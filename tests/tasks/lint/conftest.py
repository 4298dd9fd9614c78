"""A version that every rule is content with, to be broken in one place at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from registry.artifact import PromptVersion
from registry.behavior import COMPONENTS, Behavior
from tasks.lint.subject import Subject

Make = Callable[..., Subject]

CLEAN: dict[str, Any] = {
    "id": "order-extract",
    "version": "v3",
    "use_case": "orders.extract",
    "purpose": "Pull the order id out of a message.",
    "owner": "support",
    "risk": "medium",
    "model": "smollm2-135m",
    "decoding": {"temperature": 0.0, "max_output_tokens": 48},
    "variables": {"message": {"type": "string", "untrusted": True}},
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


def behavior(version: PromptVersion) -> Behavior:
    content = version.model_dump(mode="json", include={"messages", "variables"})
    return Behavior(dict.fromkeys(COMPONENTS, None) | {"prompt": content, "model": version.model})


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` wins; mappings under `change` and `output` are merged too."""
    inner = {key: {**base[key], **over[key]} for key in ("change", "output") if key in over}
    return {**base, **over, **inner}


@pytest.fixture
def make() -> Make:
    """make(around={...Subject fields}, **keys of the version file) -> Subject, compared with a v2 of another model."""

    def subject(around: Mapping[str, Any] | None = None, **over: Any) -> Subject:
        version = PromptVersion.model_validate(merged(CLEAN, over))
        before = version.model_copy(update={"version": "v2", "model": "another-model"})
        usual = {"previous": before, "previous_behavior": behavior(before), "others": {"v2": behavior(before).sha}}
        return Subject(version, behavior(version), **{**usual, **(around or {})})

    return subject
