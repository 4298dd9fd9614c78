from __future__ import annotations

from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.errors import AliasRefused, InvalidFile, PromptshipError, UnknownPrompt, UnknownVersion
from registry.template import check

from .conftest import SHIPPED


def test_versions_are_in_numeric_order(catalog: Catalog) -> None:
    assert catalog.versions("greet") == ["v1", "v2", "v10"]
    assert catalog.latest("greet") == "v10"
    assert catalog.prompts() == ["greet"]


def test_a_version_is_read_once(catalog: Catalog) -> None:
    assert catalog.get("greet", "v1") is catalog.get("greet", "v1")


def test_by_use_case(catalog: Catalog) -> None:
    assert catalog.by_use_case("people.greet") == ["greet"]
    with pytest.raises(UnknownPrompt, match=r"Did you mean 'people\.greet'"):
        catalog.by_use_case("people.greeting")


@pytest.mark.parametrize(("prompt_id", "version", "kind", "said"), [
    ("gret", "v1", UnknownPrompt, "Did you mean 'greet'"),
    ("../registry/prompts/greet", "v1", UnknownPrompt, "prompt list"),
    ("", "v1", UnknownPrompt, "prompt list"),
    ("greet\n", "v1", UnknownPrompt, "Did you mean"),
    ("greet", "v3", UnknownVersion, "the newest is v10"),
    ("greet", "../greet/v1", UnknownVersion, "one of v1, v2, v10"),
    ("greet", "1", UnknownVersion, "one of v1"),
    ("greet", "latest", AliasRefused, "Write version='v10'"),
    ("greet", "production", AliasRefused, "client of 'production'"),
    ("greet@production", "v1", AliasRefused, "client of 'production'"),
    ("greet@latest", "v1", AliasRefused, "Write version='v10'"),
    ("greet@v2", "", AliasRefused, "'greet', version='v2'"),
])  # fmt: skip
def test_names_that_are_refused(
    catalog: Catalog, prompt_id: str, version: str, kind: type[PromptshipError], said: str
) -> None:
    with pytest.raises(kind, match=said):
        catalog.get(prompt_id, version)


def test_a_file_stands_where_it_says(root: Path) -> None:
    (root / "prompts" / "greet" / "v3.yaml").write_text((root / "prompts" / "greet" / "v2.yaml").read_text())
    with pytest.raises(InvalidFile, match="it says it is greet@v2"):
        Catalog(root).get("greet", "v3")


def test_other_files_are_no_versions(root: Path) -> None:
    for name in ("v1.yaml~", "draft.yaml", "v01.yaml", "vx.yaml"):
        (root / "prompts" / "greet" / name).touch()
    assert Catalog(root).versions("greet") == ["v1", "v2", "v10"]


def test_a_broken_version_does_not_hide_the_others(root: Path) -> None:
    (root / "prompts" / "greet" / "v2.yaml").write_text("id: [")
    catalog = Catalog(root)
    assert catalog.get("greet", "v1").version == "v1"
    with pytest.raises(InvalidFile):
        catalog.get("greet", "v2")


def test_every_shipped_version_loads_resolves_and_renders() -> None:
    shipped = Catalog(SHIPPED)
    names = [(prompt_id, version) for prompt_id in shipped.prompts() for version in shipped.versions(prompt_id)]
    assert names
    for name in names:
        version = shipped.get(*name)
        assert shipped.behavior(version).id.startswith("bv_")
        assert [problem for message in version.messages for problem in check(message.content)] == []
