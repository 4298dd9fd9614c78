from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import SettingsError
from registry.roots import Roots


@pytest.mark.parametrize("marker", ["pyproject.toml", "promptship.yaml"])
def test_home_is_beside_the_nearest_project_file(tmp_path: Path, marker: str) -> None:
    (tmp_path / marker).touch()
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    roots = Roots.find({}, cwd=deep)
    assert roots.home == tmp_path / ".promptship"
    assert roots.ledger == tmp_path / ".promptship" / "ledger.duckdb"
    assert roots.artifacts == tmp_path / ".promptship" / "artifacts"


def test_without_a_project_the_error_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="set PROMPTSHIP_HOME"):
        Roots.find({}, cwd=tmp_path)


def test_every_root_can_be_set(tmp_path: Path) -> None:
    names = ("HOME", "REGISTRY", "EVALSETS", "ARTIFACTS", "ROUTES")
    roots = Roots.find({f"PROMPTSHIP_{name}": f"/x/{name.lower()}" for name in names}, cwd=tmp_path)
    assert [str(path) for path in (roots.home, roots.registry, roots.evalsets, roots.artifacts, roots.routes)] == [
        f"/x/{name.lower()}" for name in names
    ]
    assert roots.spool == Path("/x/home/spool")


def test_a_set_but_empty_variable_is_not_set(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert Roots.find({"PROMPTSHIP_HOME": ""}, cwd=tmp_path).home == tmp_path / ".promptship"


def test_the_projects_own_data_folders_are_used(tmp_path: Path) -> None:
    (tmp_path / "promptship.yaml").touch()
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / "models.yaml").touch()
    (tmp_path / "evalsets").mkdir()
    roots = Roots.find({}, cwd=tmp_path)
    assert (roots.registry, roots.evalsets) == (tmp_path / "registry", tmp_path / "evalsets")


def test_a_folder_that_is_only_called_registry_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "registry").mkdir()
    assert (Roots.find({}, cwd=tmp_path).registry / "models.yaml").is_file()
