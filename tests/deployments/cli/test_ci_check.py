"""`promptship ci check`, on a branch of a git repository."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
import yaml

from tests import outage, scripted
from tests.repository import Repository
from tests.world import PROMPT, add_version, say

from .conftest import Place, Said

Promptship = Callable[..., Said]
CHECK = ("ci", "check", "--base", "main", "--json")


@pytest.fixture
def model() -> Iterator[scripted.Scripted]:
    with scripted.installed(say) as driver:
        yield driver


@pytest.fixture
def branch(place: Place, tmp_path: Path) -> Repository:
    """`work`, which is `main` with v1 to v3 so far."""
    repository = Repository.init(tmp_path)
    repository.commit("main")
    repository.git("switch", "--quiet", "--create", "work")
    return repository


def _models(place: Place, **changes: object) -> None:
    path = place.roots.registry / "models.yaml"
    told = yaml.safe_load(path.read_text())
    told["parrot"] |= changes
    path.write_text(yaml.safe_dump(told))


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_nothing_changed(branch: Repository, promptship: Promptship, model: scripted.Scripted) -> None:
    said = promptship(*CHECK)
    assert (said.code, said.document["verdict"], said.document["versions"]) == (0, "pass", [])
    assert model.requests == []


@pytest.mark.parametrize(("quality", "code", "verdict"), [(45, 0, "pass"), (1, 1, "reject")])
def test_a_new_version_is_tried_against_the_one_before(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted, quality: int, code: int,
    verdict: str,
) -> None:  # fmt: skip
    add_version(place.roots.registry, "v4", quality, 0)
    said = promptship(*CHECK)
    (found,) = said.document["versions"]
    assert (said.code, found["version"], found["change"]) == (code, f"{PROMPT}@v4", "new")
    trial = found["trial"]
    assert "against v3" in trial["reason"]
    assert (trial["verdict"], trial["baseline"], trial["calls"], trial["cases"]) == (verdict, "v3", 60, 30)
    assert trial["difference"]["low"] < trial["difference"]["high"]


def test_what_is_live_is_the_baseline_where_routes_can_be_read(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    place.serve("v2")
    add_version(place.roots.registry, "v4", 45, 0)
    (found,) = promptship(*CHECK, "--environment", "demo").document["versions"]
    assert found["trial"]["baseline"] == "v2"


def test_an_unchanged_version_is_not_asked_again(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    add_version(place.roots.registry, "v4", 45, 0)
    first = promptship(*CHECK).document["versions"][0]["trial"]
    asked = len(model.requests)
    add_version(place.roots.registry, "v5", 46, 0)
    second = promptship(*CHECK).document["versions"]
    assert second[0]["trial"] == {**first, "reused": True}
    assert not second[1]["trial"]["reused"]
    assert len(model.requests) == asked + 60
    _edit(place.roots.evalsets / PROMPT / "cases.jsonl", "lamp of case 0", "lamp of case 00")
    assert not any(one["trial"]["reused"] for one in promptship(*CHECK).document["versions"])


def test_new_cases_are_tried_with_the_newest_version(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    _edit(place.roots.evalsets / PROMPT / "cases.jsonl", "lamp of case 0", "lamp of case 00")
    (found,) = promptship(*CHECK).document["versions"]
    assert (found["version"], found["change"], found["trial"]["baseline"]) == (f"{PROMPT}@v3", "cases", "v2")


def test_what_alters_a_locked_version_through_a_shared_file_is_refused_by_lint(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    _models(place, revision="2026-11-01")
    said = promptship(*CHECK)
    assert said.code == 1
    assert [one["change"] for one in said.document["versions"]] == ["altered"] * 3
    assert {finding["code"] for one in said.document["versions"] for finding in one["lint"]["findings"]} >= {"PS106"}
    assert model.requests == []


@pytest.mark.parametrize(("fail_on", "code"), [("reject", 0), ("inconclusive", 2)])
def test_without_a_key_lint_runs_and_the_rest_is_said_to_be_missing(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted, fail_on: str, code: int,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("PARROT_KEY", "")
    _models(place, reach={"driver": scripted.DRIVER, "key_variable": "PARROT_KEY"})
    add_version(place.roots.registry, "v4", 1, 0)
    said = promptship(*CHECK, "--fail-on", fail_on, "--output", str(tmp_path / "out"))
    (found,) = said.document["versions"]
    assert (said.code, said.document["verdict"], model.requests) == (code, "inconclusive", [])
    assert "PARROT_KEY is not set" in found["not_tried"]
    assert found["lint"]["verdict"] == "pass"
    assert "PARROT&#95;KEY is not set" in (tmp_path / "out" / "comment.md").read_text()
    monkeypatch.setenv("PARROT_KEY", "k")
    assert promptship(*CHECK).code == 1


def test_the_budget_is_that_of_all_pushes(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    add_version(place.roots.registry, "v4", 45, 0)
    all_ = promptship(*CHECK, "--pull-request", "11").document["versions"][0]["trial"]["cost_usd"]
    for path in (place.roots.home / "cache").rglob("*.json"):
        path.unlink()
    said = promptship(*CHECK, "--pull-request", "12", "--budget-usd", str(all_ / 2))
    (found,) = said.document["versions"]
    assert (said.code, found["verdict"]) == (3, "error")
    assert "The next run goes on from here" in found["trial"]["reason"]
    asked = len(model.requests)
    assert promptship(*CHECK, "--pull-request", "12", "--budget-usd", str(all_ / 2)).code == 3
    assert len(model.requests) == asked
    again = promptship(*CHECK, "--pull-request", "12", "--budget-usd", str(2 * all_))
    assert (again.code, len(model.requests)) == (0, 120)


def test_a_model_out_of_reach_is_an_error_and_asked_again(
    branch: Repository, place: Place, promptship: Promptship
) -> None:
    def nobody(_: object) -> str:
        raise outage.unavailable()

    add_version(place.roots.registry, "v4", 45, 0)
    with scripted.installed(nobody):
        said = promptship(*CHECK)
    assert said.code == 3
    assert "in a row failed" in said.document["versions"][0]["trial"]["reason"]
    with scripted.installed(say):
        assert promptship(*CHECK).code == 0


def test_a_file_that_cannot_be_read_is_an_error_and_a_stray_one_too(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    folder = place.roots.registry / "prompts" / PROMPT
    (folder / "v4.yml").write_text("id: x")
    said = promptship(*CHECK)
    assert (said.code, len(said.document["others"])) == (3, 1)
    (folder / "v4.yml").rename(folder / "v4.yaml")
    said = promptship(*CHECK)
    assert (said.code, said.document["others"]) == (3, [])
    assert said.document["versions"][0]["not_tried"] == "it cannot be read"


def test_a_first_version_is_held_to_what_its_set_asks(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    """35 of 100 right, of which 30 cases cannot say whether it is a fifth."""
    prompts = place.roots.registry / "prompts" / PROMPT
    branch.git("rm", "--quiet", "--cached", "-r", "registry/prompts", "registry/registry.lock")
    for path in [*prompts.glob("v*.yaml"), place.roots.registry / "registry.lock"]:
        path.unlink()
    base = branch.commit("no prompt yet")
    add_version(place.roots.registry, "v1", 35, 0)
    said = promptship("ci", "check", "--base", base, "--fail-on", "inconclusive", "--json")
    (found,) = said.document["versions"]
    assert (said.code, found["verdict"], found["trial"]["baseline"]) == (2, "inconclusive", None)
    assert "min_score" in found["trial"]["reason"]


def test_the_files_that_a_ci_reads(
    branch: Repository, place: Place, promptship: Promptship, model: scripted.Scripted, tmp_path: Path
) -> None:
    add_version(place.roots.registry, "v4", 1, 0)
    (place.roots.registry / "prompts" / PROMPT / "v1.yaml").unlink()
    said = promptship("ci", "check", "--base", "main", "--output", str(tmp_path / "out"))
    assert said.code == 1
    assert "reject: 1 changed since" in said.out
    files = {path.name: path.read_text() for path in (tmp_path / "out").iterdir()}
    assert sorted(files) == ["check.json", "comment.md", "junit.xml", "lint.sarif"]
    assert "<summary>What changed</summary>" in files["comment.md"]
    assert "Removed" in files["comment.md"]
    assert "| case | intent |" in files["comment.md"]
    assert fromstring(files["junit.xml"])[0].get("failures") == "1"
    assert json.loads(files["lint.sarif"])["version"] == "2.1.0"
    assert json.loads(files["check.json"])["removed"] == [f"{PROMPT}@v1"]


@pytest.mark.parametrize("arguments", [("--base", "origin/nothing"), ("--base", "main", "-e", "nowhere")])
def test_what_there_is_not(branch: Repository, promptship: Promptship, arguments: tuple[str, ...]) -> None:
    assert promptship("ci", "check", *arguments).code == 3
