from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import SettingsError
from registry.roots import Roots
from tasks.ci.history import History
from tests.repository import Repository


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    roots = Roots(home=tmp_path / "home", registry=tmp_path / "in" / "registry", evalsets=tmp_path / "in" / "evalsets")
    for folder in (roots.registry, roots.evalsets):
        folder.mkdir(parents=True)
        (folder / "one.yaml").write_text("then")
    return roots


@pytest.fixture
def repository(roots: Roots, tmp_path: Path) -> Repository:
    return Repository.init(tmp_path)


def test_the_files_as_they_were_where_the_branch_left(roots: Roots, repository: Repository) -> None:
    fork = repository.commit("fork")
    repository.git("switch", "--quiet", "--create", "work")
    (roots.registry / "one.yaml").write_text("now")
    head = repository.commit("work")
    repository.git("switch", "--quiet", "main")
    (roots.registry / "one.yaml").write_text("main went on")
    repository.commit("main went on")
    repository.git("switch", "--quiet", "work")
    history = History(roots.registry)
    assert (history.head, history.branch) == (head, "work")
    with history.before(roots, "main") as before:
        assert before.commit == fork
        assert (before.registry / "one.yaml").read_text() == "then"
        assert (before.evalsets / "one.yaml").read_text() == "then"
    assert not before.registry.exists()


def test_what_is_staged_and_open_here_stays(roots: Roots, repository: Repository) -> None:
    repository.commit("fork")
    (roots.registry / "two.yaml").write_text("staged")
    repository.git("add", "--all", "--", "in")
    (roots.evalsets / "one.yaml").write_text("open")
    status = repository.git("status", "--porcelain")
    with History(roots.registry).before(roots, "HEAD"):
        pass
    assert repository.git("status", "--porcelain") == status


def test_a_registry_that_is_new_was_empty(roots: Roots, repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "in").rename(tmp_path / "away")
    repository.commit("before it")
    (tmp_path / "away").rename(tmp_path / "in")
    with History(roots.registry).before(roots, "HEAD") as before:
        assert not before.registry.exists()


def test_eval_sets_elsewhere_never_change(roots: Roots, repository: Repository) -> None:
    repository.commit("fork")
    elsewhere = Roots(home=roots.home, registry=roots.registry, evalsets=Path("/usr/share"))
    with History(roots.registry).before(elsewhere, "HEAD") as before:
        assert before.evalsets == Path("/usr/share")


@pytest.mark.parametrize("base", ["origin/main", "--all", "0" * 40, ""])
def test_a_base_that_there_is_not(roots: Roots, repository: Repository, base: str) -> None:
    repository.commit("fork")
    with pytest.raises(SettingsError, match="fetch-depth"), History(roots.registry).before(roots, base):
        pass


def test_no_repository(roots: Roots, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SettingsError, match="git could not be asked"):
        _ = History(roots.registry).head
