from __future__ import annotations

import json
from pathlib import Path

import pytest

from registry import lock
from registry.catalog import Catalog
from registry.errors import InvalidFile, LockMismatch

GREET = "prompts/greet/v1.yaml"


def edited(root: Path, old: str, new: str, file: str = GREET) -> Catalog:
    path = root / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return Catalog(root)


def test_lock_all_names_what_is_new(catalog: Catalog, root: Path) -> None:
    assert catalog.lock_all() == ["greet@v1", "greet@v2", "greet@v10"]
    assert catalog.lock_all() == []
    assert Catalog(root).locked(catalog.get("greet", "v1")) is not None


def test_the_file_has_one_sorted_line_a_version(catalog: Catalog, root: Path) -> None:
    catalog.lock_all()
    lines = (root / "registry.lock").read_text().splitlines()
    assert [line.split(":")[0] for line in lines[1:-1]] == ['"greet@v1"', '"greet@v2"', '"greet@v10"']
    assert set(json.loads("\n".join(lines))["greet@v1"]) == {"behavior", "components", "change"}


def test_write_and_read_again(catalog: Catalog, tmp_path: Path) -> None:
    version = catalog.get("greet", "v1")
    entries = {version.name: lock.of(version, catalog.behavior(version))}
    lock.write(tmp_path / "x.lock", entries)
    assert lock.read(tmp_path / "x.lock") == entries
    assert lock.read(tmp_path / "none.lock") == {}
    assert [path.name for path in tmp_path.glob("*.lock*")] == ["x.lock"]


def test_an_empty_lock_is_json() -> None:
    assert json.loads(lock.to_text({})) == {}


@pytest.mark.parametrize(("old", "new", "named"), [
    ("Greet {{ name }}.", "Greet {{ name }}!", "prompt"),
    ("temperature: 0.0", "temperature: 0.5", "decoding"),
    ("model: tiny", "model: large", "model"),
    ("why: First version.", "why: Another reason.", "change note"),
    ("why: First version.", "why: First version.\n  reverse: pin v0", "change note"),
])  # fmt: skip
def test_what_was_locked_cannot_be_rewritten(catalog: Catalog, root: Path, old: str, new: str, named: str) -> None:
    catalog.lock_all()
    changed = edited(root, old, new)
    with pytest.raises(LockMismatch, match=f"greet@v1 is locked, and its {named} changed"):
        changed.get("greet", "v1")
    with pytest.raises(LockMismatch):
        changed.lock_all()
    assert changed.read("greet", "v1").id == "greet"
    assert changed.get("greet", "v2").id == "greet"


def test_all_that_differs_is_named(catalog: Catalog, root: Path) -> None:
    catalog.lock_all()
    changed = edited(root, "temperature: 0.0", "temperature: 1")
    changed = edited(root, "why: First", "why: Second")
    with pytest.raises(LockMismatch, match="decoding, change note"):
        changed.get("greet", "v1")


def test_a_change_in_models_yaml_changes_what_was_locked(catalog: Catalog, root: Path) -> None:
    catalog.lock_all()
    with pytest.raises(LockMismatch, match="its model changed"):
        edited(root, "revision: r1", "revision: r2", "models.yaml").get("greet", "v1")


@pytest.mark.parametrize(("old", "new"), [
    ("owner: team", "owner: other"),
    ("purpose: Say hello.", "purpose: Say hello # soon"),
    ("risk: low", "risk: high"),
])  # fmt: skip
def test_what_is_no_behavior_may_change(catalog: Catalog, root: Path, old: str, new: str) -> None:
    catalog.lock_all()
    assert edited(root, old, new).get("greet", "v1").id == "greet"


@pytest.mark.parametrize("content", ["{", "[]", '{"a@v1": {}}', '<<<<<<< HEAD\n{"a@v1": {}}'])
def test_a_broken_lock_file_is_told(root: Path, content: str) -> None:
    (root / "registry.lock").write_text(content)
    with pytest.raises(InvalidFile, match=r"registry\.lock:1:1: this is no lock file") as told:
        Catalog(root).get("greet", "v1")
    assert "\n" not in str(told.value)
    assert "pydantic" not in str(told.value)
