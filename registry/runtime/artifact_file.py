"""The artifact: a behavior version as one self-contained file, `artifacts/<behavior sha>.json`, verified by its hash.

It has neither id nor version: two versions with the same behavior are one artifact.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from ..artifact import Decoding, Output, Retrieval, Tool
from ..behavior import COMPONENTS, Behavior, Component, canonical, sha, short
from ..errors import ArtifactCorrupt
from ..message import Message, Variable

FORMAT = 1


@dataclass(frozen=True)
class Artifact:
    """The resolved version. What it holds does not change; the typed views are built on first use."""

    behavior: str
    shas: Mapping[Component, str]
    components: Mapping[Component, Any]

    @cached_property
    def model(self) -> dict[str, str | None]:
        """The model's identity: provider, model, revision, region."""
        return dict(self.components["model"])

    @cached_property
    def fallbacks(self) -> tuple[dict[str, str | None], ...]:
        return tuple(dict(identity) for identity in self.components["fallbacks"] or ())

    @cached_property
    def output(self) -> Output:
        return Output.model_validate(self.components["output"])

    @cached_property
    def decoding(self) -> Decoding:
        return Decoding.model_validate(self.components["decoding"])

    @cached_property
    def tools(self) -> tuple[Tool, ...]:
        return tuple(Tool.model_validate(tool) for tool in self.components["tools"] or ())

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        return tuple(Message.model_validate(message) for message in self.components["prompt"]["messages"])

    @cached_property
    def variables(self) -> dict[str, Variable]:
        declared = self.components["prompt"]["variables"]
        return {name: Variable.model_validate(variable) for name, variable in declared.items()}

    def render(self, **values: Any) -> list[dict[str, Any]]:
        """The chat messages as they are sent, the safety policy's text among them. Raises RenderError."""
        from ..policies import bound_by
        from ..template import render

        rendered = render(self.messages, self.variables, values, name=short(self.behavior))
        return bound_by(self.components["safety"]["text"], rendered)

    @cached_property
    def retrieval(self) -> Retrieval | None:
        """The retrieval policy that the application carries out."""
        policy = self.components["retrieval"]
        return None if policy is None else Retrieval.model_validate(policy)

    @property
    def strategy(self) -> str:
        """How answers are drawn: `single`, or `vote of 5`."""
        wanted = self.components["decoding"].get("strategy") or {}
        kind, n = wanted.get("kind", "single"), wanted.get("n", 1)
        return str(kind) if kind == "single" else f"{kind} of {n}"

    @property
    def model_key(self) -> str:
        """Where `models.json` has it."""
        return key_of(self.model)

    def identity_of(self, *names: str | None) -> dict[str, str | None] | None:
        """Which of the version's models one of these names means: its key, `provider/model` or its id."""
        for identity in (self.model, *self.fallbacks):
            known = (key_of(identity), f"{identity['provider']}/{identity['model']}", identity["model"])
            if any(name in known for name in names if name):
                return identity
        return None

    def answered_by(self, identity: Mapping[str, str | None], fallback: bool) -> str:
        """The served behavior: after a fallback, the same components with that model and no fallbacks."""
        if not fallback:
            return self.behavior
        return Behavior({**self.components, "model": dict(identity), "fallbacks": []}).sha

    def to_bytes(self) -> bytes:
        document = {
            "format": FORMAT,
            "behavior": self.behavior,
            "shas": dict(self.shas),
            "components": dict(self.components),
        }
        return canonical(document)


def key_of(identity: Mapping[str, str | None]) -> str:
    """`provider/model@revision#region`, like `Model.key`."""
    revision, region = identity.get("revision"), identity.get("region")
    pinned = f"{identity['provider']}/{identity['model']}{f'@{revision}' if revision else ''}"
    return f"{pinned}#{region}" if region else pinned


def named(model: str, artifact: Artifact) -> dict[str, str | None]:
    """The identity of a model that the version does not have, as far as `provider/model` tells it."""
    provider, _, name = model.rpartition("/")
    return {"provider": provider or artifact.model["provider"], "model": name, "revision": None, "region": None}


def from_behavior(behavior: Behavior) -> Artifact:
    components = json.loads(canonical(dict(behavior.components)))
    return Artifact(behavior.sha, behavior.shas, components)


def read(content: bytes, expected_sha: str) -> Artifact:
    """Verified: every component against its hash, the hashes against the behavior. Raises ArtifactCorrupt."""
    document = _document(content, expected_sha)
    components = cast("dict[Component, Any]", document["components"])
    shas = _hashed(components, expected_sha)
    wrong = [name for name in COMPONENTS if document["shas"].get(name) != shas[name]]
    if wrong or document["behavior"] != expected_sha or sha(shas) != expected_sha:
        raise corrupt(expected_sha, f"its content does not have its hash ({', '.join(wrong) or 'behavior'})")
    return Artifact(expected_sha, shas, components)


def _hashed(components: Mapping[Component, Any], expected_sha: str) -> dict[Component, str]:
    try:
        return {name: sha(components[name]) for name in COMPONENTS}
    except ValueError as error:
        raise corrupt(expected_sha, str(error)) from error


def _document(content: bytes, expected_sha: str) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise corrupt(expected_sha, f"it is not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise corrupt(expected_sha, f"its format is not {FORMAT}")
    if not isinstance(document.get("shas"), dict) or "behavior" not in document:
        raise corrupt(expected_sha, "it has no hashes")
    components = document.get("components")
    if not isinstance(components, dict) or set(components) != set(COMPONENTS):
        raise corrupt(expected_sha, "its components are incomplete")
    return document


def corrupt(behavior: str, why: str) -> ArtifactCorrupt:
    return ArtifactCorrupt(
        f"The artifact {behavior!r} cannot be used: {why}",
        expected="the file that the release published, byte for byte",
        fix="Publish the version again; the SDK goes on with what it had",
    )
