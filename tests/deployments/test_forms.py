"""The schema of a form, before and after it is offered."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from deployments.forms import choices, with_choices
from registry.roots import Roots
from tests.deployments.conftest import ROOT
from tests.world import PROMPT, make_evalsets, make_registry

FOUND = {"prompt": ("a", "b"), "version": ("a@v2", "a@v1")}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("name", "field", "offered"),
    [
        ("version", {"type": "string"}, {"type": "string", "enum": ["a@v2", "a@v1"]}),
        ("prompts", {"type": "array"}, {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}),
        ("reason", {"type": "string", "default": ""}, {"type": "string", "default": ""}),
        (
            "to",
            {"anyOf": [{"type": "string"}, NULL], "default": None, "title": "To"},
            {"type": "string", "title": "To"},
        ),
        ("prompt", {"anyOf": [{"type": "string"}, NULL], "default": None}, {"type": "string", "enum": ["a", "b"]}),
        ("x", {"anyOf": [{"type": "string"}, {"type": "number"}, NULL]}, None),
        ("x", {"anyOf": [{"type": "number"}, NULL], "default": 3}, None),
    ],
)
def test_a_field_offers_what_there_is_and_has_one_type(
    name: str, field: dict[str, Any], offered: dict[str, Any] | None
) -> None:
    schema = {"definitions": {"Order": {"properties": {name: field}}}}
    changed = with_choices(schema, FOUND)["definitions"]["Order"]["properties"][name]
    assert changed == (field if offered is None else offered)


def test_a_parameter_without_a_title_of_its_own_begins_with_a_capital() -> None:
    fields = {"order": {"title": "order"}, "minutes": {"title": "How long"}, "max_usd": {"title": "max_usd"}}
    changed = with_choices({"properties": fields}, FOUND)["properties"]
    assert [field["title"] for field in changed.values()] == ["Order", "How long", "USD at most"]


def test_what_there_is_comes_from_the_registry_and_its_lock(tmp_path: Path) -> None:
    roots = Roots(
        home=tmp_path / "home",
        registry=make_registry(tmp_path / "registry", {"v1": (40, 0), "v2": (80, 0)}),
        evalsets=make_evalsets(tmp_path / "evalsets"),
    )
    unlocked = roots.registry / "prompts" / PROMPT / "v3.yaml"
    unlocked.write_text((unlocked.parent / "v2.yaml").read_text().replace("version: v2", "version: v3"))
    found = choices(roots)
    assert found["version"] == (f"{PROMPT}@v2", f"{PROMPT}@v1")
    assert (found["prompt"], found["name"]) == ((PROMPT,), (PROMPT,))
    assert found["old"] == found["new"] == ("parrot",)
    assert "demo" in found["environment"]


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*.py")), ids=lambda path: path.stem)
def test_each_parameter_of_a_flow_is_explained_on_its_form(path: Path) -> None:
    from prefect.utilities.callables import parameter_docstrings

    tree = ast.parse(path.read_text(encoding="utf-8"))
    flow = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == path.stem)
    asked = {argument.arg for argument in flow.args.args} - {"order"}
    assert {name for name, said in parameter_docstrings(ast.get_docstring(flow)).items() if said} == asked
