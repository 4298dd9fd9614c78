"""`promptship ci release`, after a merge in a git repository."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.catalog import Catalog
from tests import outage, scripted
from tests.prefect_api import api
from tests.repository import Repository
from tests.scripted import Say
from tests.world import PROMPT, add_version, say

from .conftest import Place, Said

Promptship = Callable[..., Said]
RELEASE = ("ci", "release", "--base", "HEAD~1", "-e", "demo", "--until", "fast_gate", "--json")


@pytest.fixture
def merged(place: Place, tmp_path: Path) -> Callable[[int], None]:
    """v1 is live; the merge brings v4 of this quality, locked."""
    repository = Repository.init(tmp_path)
    repository.commit("before")
    place.serve("v1")

    def merge(quality: int) -> None:
        add_version(place.roots.registry, "v4", quality, 0)
        Catalog(place.roots.registry).lock_all()
        repository.commit("merged")

    return merge


def _out_of_reach(_: object) -> str:
    raise outage.unavailable()


@pytest.mark.parametrize(
    ("quality", "model", "code", "verdict"),
    [(85, say, 0, "pass"), (1, say, 1, "reject"), (85, _out_of_reach, 3, "error")],
)
def test_here(
    merged: Callable[[int], None], promptship: Promptship, quality: int, model: Say, code: int, verdict: str
) -> None:
    merged(quality)
    with scripted.installed(model):
        said = promptship(*RELEASE)
    (ended,) = said.document["releases"]
    assert (said.code, ended["version"], ended["verdict"]) == (code, f"{PROMPT}@v4", verdict)
    assert ended["release"].startswith("rel_")


def test_what_is_live_already_has_passed(merged: Callable[[int], None], place: Place, promptship: Promptship) -> None:
    merged(85)
    place.serve("v1", "v4")
    said = promptship(*RELEASE)
    assert (said.code, said.document["releases"][0]["release"]) == (0, None)


def test_nothing_to_release(merged: object, promptship: Promptship) -> None:
    said = promptship("ci", "release", "--base", "HEAD")
    assert (said.code, said.out) == (0, "nothing to release: no version differs\n")


@pytest.mark.parametrize(
    ("name", "fail_on", "code"),
    [
        ("Promoted", "inconclusive", 0),
        ("Rejected", "reject", 1),
        ("Held", "inconclusive", 2),
        ("Held", "reject", 0),
        ("Crashed", "reject", 3),
    ],
)
def test_through_a_server(
    merged: Callable[[int], None], promptship: Promptship, monkeypatch: pytest.MonkeyPatch, name: str, fail_on: str,
    code: int,
) -> None:  # fmt: skip
    merged(85)
    with api() as fake:
        fake.states[f"{PROMPT}@v4"] = [("FAILED", name)]
        monkeypatch.setenv("PREFECT_API_URL", fake.url)
        monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "3")
        said = promptship(*RELEASE, "--fail-on", fail_on)
    assert said.code == code
    assert f"http://127.0.0.1:{fake.port}/runs/flow-run/run-0" in said.err
    (key,) = fake.runs
    assert key.endswith(f"{PROMPT}@v4 demo fast_gate 3")
