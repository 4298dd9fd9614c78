"""From a version file to what users really get: every name resolved, nothing in it that is no behavior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .artifact import PromptVersion
from .behavior import Behavior
from .errors import UnknownModel
from .message import Message, Variable
from .models import Model
from .nearest import did_you_mean, listed
from .policies import SafetyPolicy, policy_named
from .strict import Strict
from .template import DIALECT


def resolve(version: PromptVersion, models: Mapping[str, Model], policies: Mapping[str, SafetyPolicy]) -> Behavior:
    """The components of `version`. Raises UnknownModel, UnknownPolicy."""
    return Behavior(
        {
            "prompt": _prompt(version),
            "model": model_named(version.model, models).identity,
            "decoding": _json(version.decoding),
            "tools": [_json(tool) for tool in version.tools],
            "output": _json(version.output),
            "retrieval": _json(version.retrieval) if version.retrieval else None,
            "safety": _safety(policy_named(version.safety, dict(policies))),
            "fallbacks": [model_named(name, models).identity for name in version.fallbacks],
        }
    )


def model_named(name: str, models: Mapping[str, Model]) -> Model:
    """Raises UnknownModel with the nearest name."""
    if name not in models:
        raise UnknownModel(
            f"There is no model {name!r}",
            expected=f"an entry of registry/models.yaml: {listed(models)}",
            fix=did_you_mean(name, models, "Add it to registry/models.yaml, with a pinned id"),
        )
    return models[name]


def _prompt(version: PromptVersion) -> dict[str, Any]:
    return {
        "dialect": DIALECT,
        "messages": [_message(message) for message in version.messages],
        "variables": {name: _variable(variable) for name, variable in version.variables.items()},
    }


def _message(message: Message) -> dict[str, Any]:
    return _json(message) | ({"images": [_json(image) for image in message.images]} if message.images else {})


def _variable(variable: Variable) -> dict[str, Any]:
    """Type, bounds and default as far as they are given; the description is for people."""
    bounds = {key: value for key, value in _json(variable).items() if key != "description"}
    return bounds | ({"default": variable.default} if "default" in variable.model_fields_set else {})


def _safety(policy: SafetyPolicy) -> dict[str, Any]:
    return {"text": policy.text, "settings": policy.settings}


def _json(model: Strict) -> dict[str, Any]:
    """The fields that are given: one that is added to a model later must not change the hashes of older versions."""
    return {key: value for key, value in model.model_dump(mode="json", by_alias=True).items() if value is not None}
