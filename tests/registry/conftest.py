"""A registry of its own for each test, small and complete."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import registry
from registry.catalog import Catalog

SHIPPED = Path(registry.__file__).parent
PROMPT = """\
id: greet
version: v1
use_case: people.greet
purpose: Say hello.
owner: team
risk: low
model: tiny
decoding: {temperature: 0.0, max_output_tokens: 8}
variables:
  name: {type: string, maxLength: 20}
messages:
  - {role: user, content: "Greet {{ name }}."}
change:
  author: ana
  why: First version.
"""
MODELS = """\
tiny: {provider: local, model: tiny-1, revision: r1, reach: {driver: fake}}
large: {provider: far, model: large-2024-01-01, region: eu, reach: {driver: fake}}
"""


@pytest.fixture
def prompt_text() -> str:
    return PROMPT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A registry folder with greet v1, v2 and v10."""
    folder = tmp_path / "registry"
    (folder / "prompts" / "greet").mkdir(parents=True)
    (folder / "policies").mkdir()
    for name in ("environments.yaml", "metrics.yaml", "policies/default.yaml"):
        shutil.copy(SHIPPED / name, folder / name)
    (folder / "models.yaml").write_text(MODELS)
    for version in ("v1", "v2", "v10"):
        text = PROMPT.replace("version: v1", f"version: {version}")
        (folder / "prompts" / "greet" / f"{version}.yaml").write_text(text)
    return folder


@pytest.fixture
def catalog(root: Path) -> Catalog:
    return Catalog(root)
