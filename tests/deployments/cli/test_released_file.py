"""A released file is edited in one place at a time: lint, load and what CI runs name exactly that place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.behavior import COMPONENTS
from registry.errors import LockMismatch
from registry.prompt_book import PromptBook

from .conftest import Said

Promptship = Callable[..., Said]

FILE = "registry/prompts/product-name/v1.yaml"
CI = ("prompt", "lint", "--format", "github")
"""As `promptship init` writes it into the team's workflow."""

TOOL = "tools: [{name: look, description: Finds a product., parameters: {type: object, additionalProperties: false}}]"
EDITS = [
    ("prompt", FILE, "Copy the product from", "Copy the whole product from"),
    ("prompt", FILE, "maxLength: 4000", "maxLength: 3000"),
    ("model", FILE, "model: smollm2-135m", "model: spare"),
    ("model", "registry/models.yaml", "  revision: ", "  revision: other-"),
    ("decoding", FILE, "temperature: 0.0", "temperature: 0.1"),
    ("tools", FILE, "tools: []", TOOL),
    ("output", FILE, "enforce: validate", "enforce: request"),
    ("retrieval", FILE, "retrieval: null", "retrieval: {index: products, top_k: 3}"),
    ("safety", FILE, "safety: default", "safety: strict"),
    ("safety", "registry/policies/default.yaml", 'text: ""', "text: Be careful."),
    ("fallbacks", FILE, "fallbacks: []", "fallbacks: [spare]"),
    ("change note", FILE, "why: First version.", "why: Somebody asked for it."),
    ("change note", FILE, "why: First version.", "why: First version.\n  reverse: rollback"),
]
ALLOWED = [
    ("purpose: Name the product", "purpose: Say which product it is"),
    ("owner: our-team", "owner: their-team"),
    ("safety: default", "safety: default  # the one of the house"),
    ("id: product-name", "# for the shop\nid: product-name"),
]


@pytest.fixture
def team(tmp_path: Path, promptship: Promptship, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A team's own repository with its first version locked, a second model and a second policy."""
    folder = tmp_path / "team"
    assert promptship("init", str(folder)).code == 0
    monkeypatch.chdir(folder)
    spare = "\nspare: {provider: far, model: spare-2024-01-01, reach: {driver: fake}}\n"
    models = folder / "registry/models.yaml"
    models.write_text(models.read_text() + spare)
    policies = folder / "registry/policies"
    shutil.copy(policies / "default.yaml", policies / "strict.yaml")
    edit(policies / "strict.yaml", 'text: ""', "text: Be strict.")
    assert promptship("prompt", "lock").code == 0
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1))


def test_every_component_is_edited() -> None:
    assert {named for named, *_ in EDITS} == {*COMPONENTS, "change note"}


@pytest.mark.parametrize(("named", "file", "old", "new"), EDITS)
def test_what_changed_is_named(team: Path, promptship: Promptship, named: str, file: str, old: str, new: str) -> None:
    edit(team / file, old, new)
    changed = f"product-name@v1 is locked, and its {named} changed since"

    found = promptship("prompt", "lint", "product-name", "v1", "--json").document["findings"]
    assert [one["found"] for one in found if one["code"] == "PS106"] == [changed]

    with pytest.raises(LockMismatch) as refused:
        PromptBook().get("product-name", version="v1")
    assert refused.value.found == changed

    ci = promptship(*CI)
    assert ci.code == 1
    assert changed in ci.out.replace("%2C", ",").replace("%40", "@")

    lock = promptship("prompt", "lock")
    assert (lock.code, changed in lock.err) == (3, True)


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_what_is_for_people_may_change(team: Path, promptship: Promptship, old: str, new: str) -> None:
    edit(team / FILE, old, new)
    assert promptship(*CI).code == 0
    assert promptship("prompt", "lock").code == 0
    assert PromptBook().get("product-name", version="v1").version == "v1"
