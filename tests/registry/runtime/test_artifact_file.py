from __future__ import annotations

import json
from typing import Any

import pytest

from registry.errors import ArtifactCorrupt, RenderError
from registry.runtime.artifact_file import Artifact, key_of, read
from tests.registry.runtime.conftest import artifact, model


def test_survives_its_file() -> None:
    before = artifact("hello", models=("one", "two"))
    after = read(before.to_bytes(), before.behavior)
    assert after == before
    assert after.to_bytes() == before.to_bytes()


def test_is_named_by_what_is_in_it() -> None:
    assert artifact("hello").behavior == artifact("hello").behavior
    assert artifact("hello").behavior != artifact("hallo").behavior


def _with(found: Artifact, **changes: Any) -> bytes:
    return json.dumps(json.loads(found.to_bytes()) | changes).encode()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "not JSON"),
        (_with(artifact(), format=2), "format"),
        (_with(artifact(), shas=None), "no hashes"),
        (_with(artifact(), components={}), "incomplete"),
        (_with(artifact(), components=dict(artifact("other").components)), "prompt"),
        (_with(artifact(), behavior=artifact("other").behavior), "behavior"),
        (artifact("other").to_bytes(), "behavior"),
        (artifact().to_bytes().replace(b'"seed":7', b'"seed":NaN'), "no canonical JSON"),
    ],
)
def test_what_is_off_is_corrupt(content: bytes, says: str) -> None:
    with pytest.raises(ArtifactCorrupt, match=says):
        read(content, artifact().behavior)


def test_views() -> None:
    found = artifact(models=("one", "two"))
    assert found.model == model("one").identity
    assert found.model_key == model("one").key
    assert found.fallbacks == (model("two").identity,)
    assert found.output.format == "json"
    assert found.decoding.max_output_tokens == 48
    assert found.tools == ()


def test_renders_with_its_safety_policy() -> None:
    found = artifact("Extract.", safety={"text": "Stay polite.", "settings": {}})
    assert found.render(message="hi") == [
        {"role": "system", "content": "Extract.\n\nStay polite."},
        {"role": "user", "content": "hi"},
    ]
    with pytest.raises(RenderError, match="bv_"):
        found.render(text="hi")


def test_a_fallback_that_answers_is_another_behavior() -> None:
    found = artifact("v1", models=("one", "two"))
    assert found.answered_by(model("one").identity, False) == found.behavior
    assert found.answered_by(model("two").identity, True) == artifact("v1", models=("two",)).behavior


@pytest.mark.parametrize("fields", [{}, {"revision": "r1"}, {"region": "eu"}, {"revision": "r1", "region": "eu"}])
def test_keys_are_those_of_the_models(fields: dict[str, str]) -> None:
    assert key_of(model("one", **fields).identity) == model("one", **fields).key
