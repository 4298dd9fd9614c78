"""Two versions side by side, made from a base and what is different about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registry.artifact import PromptVersion
from registry.diff.lineage import Side
from registry.models import Model
from registry.policies import SafetyPolicy
from registry.resolution import resolve

Make = Callable[..., Side]

BASE: dict[str, Any] = {
    "id": "greet",
    "version": "v1",
    "use_case": "people.greet",
    "purpose": "Say hello.",
    "owner": "team",
    "risk": "low",
    "model": "tiny",
    "decoding": {"temperature": 0.0, "max_output_tokens": 8},
    "variables": {"name": {"type": "string"}},
    "messages": [{"role": "user", "content": "Greet {{ name }}.\n\nBe brief and friendly."}],
    "change": {"author": "ana", "why": "First version."},
}


def a_model(name: str) -> Model:
    return Model.model_validate({"provider": "p", "model": f"{name}-1", "reach": {"driver": "fake"}})


@pytest.fixture
def side() -> Make:
    """side(number, **keys of the version file) -> Side"""

    def make(number: int = 1, **over: Any) -> Side:
        version = PromptVersion.model_validate({**BASE, **over, "version": f"v{number}"})
        models = {name: a_model(name) for name in ("tiny", "large")}
        return Side(version, resolve(version, models, {"default": SafetyPolicy()}))

    return make
