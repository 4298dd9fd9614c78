from __future__ import annotations

from typing import Any

import pytest

from registry.catalog import Catalog
from registry.search import Query, match


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"text": "GREET  {{ NAME"}, "message 1 (user): Greet {{ name }}."),
        ({"text": "first version"}, "why: First version."),
        ({"text": "goodbye"}, None),
        ({"use_case": "people.greet"}, ""),
        ({"use_case": "people"}, None),
        ({"owner": "team", "risk": "low"}, ""),
        ({"owner": "team", "risk": "high"}, None),
        ({"model": "tiny"}, ""),
        ({"model": "tiny-1"}, ""),
        ({"model": "local/tiny-1@r1"}, ""),
        ({"model": "large"}, None),
        ({"component": ""}, None),
        ({"component": "zz"}, None),
        ({"text": "hello", "owner": "others"}, None),
        ({"text": "hello", "owner": "team"}, "purpose: Say hello."),
    ],
)
def test_what_matches(catalog: Catalog, asked: dict[str, Any], where: str | None) -> None:
    version = catalog.get("greet", "v1")
    hit = match(Query(**asked), version, catalog.behavior(version))
    assert (hit.where if hit else None) == where


def test_a_hash_is_found_by_its_start(catalog: Catalog) -> None:
    version = catalog.get("greet", "v1")
    behavior = catalog.behavior(version)
    for asked, where in [
        (behavior.shas["model"][:8].upper(), f"model {behavior.shas['model'][:12]}"),
        (behavior.id, f"behavior {behavior.sha[:12]}"),
    ]:
        hit = match(Query(component=asked), version, behavior)
        assert hit is not None
        assert where in hit.where


def test_a_fallback_is_a_model_too(catalog: Catalog) -> None:
    version = catalog.get("greet", "v1").model_copy(update={"fallbacks": ("large",)})
    assert match(Query(model="far/large-2024-01-01#eu"), version, catalog.behavior(version))


def test_long_text_is_clipped(catalog: Catalog) -> None:
    change = catalog.get("greet", "v1").change.model_copy(update={"why": "x " * 60 + "needle" + " y" * 60})
    version = catalog.get("greet", "v1").model_copy(update={"change": change})
    hit = match(Query(text="needle"), version, catalog.behavior(version))
    assert hit is not None
    assert hit.where.startswith("why: …")
    assert hit.where.endswith("…")
    assert len(hit.where) < 90
