"""`promptship init`: a repository in which everything passes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from .conftest import Said

Promptship = Callable[..., Said]


@pytest.fixture
def team(tmp_path: Path, promptship: Promptship, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "team"
    assert promptship("init", str(folder)).code == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [
        ("prompt", "lint"),
        ("prompt", "show", "product-name"),
        ("prompt", "render", "product-name", "v1", "--var", "message=Hello"),
        ("evalset", "check", "product-name"),
        ("prompt", "lock"),
    ],
)
def test_everything_passes_there(team: Path, promptship: Promptship, command: tuple[str, ...]) -> None:
    assert promptship(*command).code == 0


def test_its_state_and_its_prompts_are_its_own(team: Path, promptship: Promptship) -> None:
    (prompt,) = promptship("prompt", "list", "--json").document["prompts"]
    assert prompt["id"] == "product-name"
    (evalset,) = promptship("evalset", "list", "--json").document["evalsets"]
    assert evalset["gate"] >= 40


def test_every_file_that_people_write_names_its_schema(team: Path) -> None:
    files = [path for path in team.rglob("*.yaml") if path.name != "promptship.yaml"]
    assert len(files) >= 6
    for path in files:
        first = path.read_text().splitlines()[0]
        assert (path.parent / first.partition("$schema=")[2]).resolve().is_file(), path


def test_the_workflow_finds_its_action_and_the_action_its_script(team: Path) -> None:
    workflow = yaml.safe_load((team / ".github" / "workflows" / "prompts.yml").read_text())
    (used,) = {
        step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if step.get("uses", "")[:2] == "./"
    }
    assert "promptship-ci.sh" in (team / used / "action.yml").read_text()
    assert "promptship ci check" in (team / used / "promptship-ci.sh").read_text()


def test_nothing_is_overwritten(team: Path, promptship: Promptship) -> None:
    (team / "registry" / "models.yaml").write_text("mine")
    said = promptship("init", str(team))
    assert said.code == 64
    assert "registry/models.yaml" in said.err
    assert (team / "registry" / "models.yaml").read_text() == "mine"


def test_a_repository_keeps_its_readme(tmp_path: Path, promptship: Promptship) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert "README.md" not in promptship("init", str(tmp_path), "--json").document["files"]
    assert (tmp_path / "README.md").read_text() == "mine"
