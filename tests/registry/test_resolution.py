from __future__ import annotations

from typing import Any

import pytest

from registry.artifact import PromptVersion
from registry.behavior import COMPONENTS, canonical, changed
from registry.catalog import Catalog
from registry.errors import UnknownModel, UnknownPolicy
from registry.resolution import resolve


@pytest.fixture
def version(catalog: Catalog) -> PromptVersion:
    return catalog.get("greet", "v1")


def with_(version: PromptVersion, /, **changes: Any) -> PromptVersion:
    return PromptVersion.model_validate({**version.model_dump(by_alias=True, exclude_unset=True), **changes})


@pytest.mark.parametrize(("change", "components"), [
    ({"messages": [{"role": "user", "content": "Greet {{ name }}. "}]}, ["prompt"]),
    ({"variables": {"name": {"type": "string", "maxLength": 21}}}, ["prompt"]),
    ({"variables": {"name": {"type": "string", "maxLength": 20, "untrusted": True}}}, ["prompt"]),
    ({"variables": {"name": {"type": "string", "maxLength": 20, "default": None}}}, ["prompt"]),
    ({"variables": {"name": {"type": "string", "maxLength": 20, "description": "Who"}}}, []),
    ({"model": "large"}, ["model"]),
    ({"fallbacks": ["large"]}, ["fallbacks"]),
    ({"decoding": {"temperature": 0, "max_output_tokens": 8}}, []),
    ({"decoding": {"temperature": 0.1, "max_output_tokens": 8}}, ["decoding"]),
    ({"decoding": {"temperature": 0, "max_output_tokens": 8, "strategy": {"kind": "vote", "n": 3}}}, ["decoding"]),
    ({"tools": [{"name": "find", "parameters": {"type": "object"}}]}, ["tools"]),
    ({"output": {"format": "json"}}, ["output"]),
    ({"output": {"format": "text", "enforce": "request"}}, ["output"]),
    ({"retrieval": {"index": "docs", "top_k": 3}}, ["retrieval"]),
    ({"safety": "strict"}, ["safety"]),
    ({"safety": "same"}, []),
    ({"owner": "else", "purpose": "More.", "risk": "high", "use_case": "other"}, []),
    ({"version": "v2", "change": {"author": "bo", "why": "Other"}}, []),
])  # fmt: skip
def test_what_is_behavior_and_what_is_not(
    catalog: Catalog, version: PromptVersion, change: dict[str, Any], components: list[str]
) -> None:
    default = catalog.policies["default"]
    policies = {
        "default": default,
        "same": default.model_copy(update={"description": "x"}),
        "strict": default.model_copy(update={"text": "Be strict."}),
    }
    before = resolve(version, catalog.models, policies)
    after = resolve(with_(version, **change), catalog.models, policies)
    assert changed(before.shas, after.shas) == components


def test_how_a_model_is_reached_is_no_behavior(catalog: Catalog, version: PromptVersion) -> None:
    tiny = catalog.models["tiny"]
    elsewhere = tiny.model_copy(update={"reach": tiny.reach.model_copy(update={"endpoint": "http://x"})})
    renamed = tiny.model_copy(update={"revision": "r2"})
    assert resolve(version, {"tiny": elsewhere}, catalog.policies).sha == catalog.behavior(version).sha
    assert resolve(version, {"tiny": renamed}, catalog.policies).sha != catalog.behavior(version).sha


def test_components_are_complete_and_canonical(catalog: Catalog, version: PromptVersion) -> None:
    behavior = catalog.behavior(version)
    assert tuple(behavior.components) == COMPONENTS
    assert canonical(dict(behavior.components))
    assert behavior.components["prompt"] == {
        "dialect": "jinja-1",
        "messages": [{"role": "user", "content": "Greet {{ name }}."}],
        "variables": {"name": {"type": "string", "maxLength": 20, "untrusted": False}},
    }


def test_the_behavior_of_a_version_does_not_change_by_itself(catalog: Catalog, version: PromptVersion) -> None:
    """A change of this number is a change of every lock file, everywhere."""
    assert catalog.behavior(version).id == "bv_29c4e3b8f3de"


@pytest.mark.parametrize(("change", "kind", "said"), [
    ({"model": "tinny"}, UnknownModel, "Did you mean 'tiny'"),
    ({"fallbacks": ["nothing"]}, UnknownModel, "with a pinned id"),
    ({"safety": "defalt"}, UnknownPolicy, "Did you mean 'default'"),
])  # fmt: skip
def test_names_that_lead_nowhere(
    catalog: Catalog, version: PromptVersion, change: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        catalog.behavior(with_(version, **change))
