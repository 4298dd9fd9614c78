"""What is live is rehearsed: the version that a rollback would go to, on the model as it is today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.errors import NoRoute
from registry.roots import Roots
from registry.runtime import routes_change
from registry.runtime.artifact_file import from_behavior
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import Canary, Pinned, RouteTable
from tasks.ledger import rehearsal
from tasks.rehearsal.rounds import Round, rehearse_live, sentences
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace
from tests import scripted
from tests.world import PROMPT, make_evalsets, make_registry, say

VERSIONS = {"v1": (60, 0), "v2": (80, 0), "v3": (70, 0), "v9": (2, 0)}


@dataclass(frozen=True)
class Here:
    """`demo` serves what a test makes live."""

    workspace: Workspace

    def table(self, environment: str = "demo") -> RouteTable:
        return self.workspace.publisher.read_table(environment)

    def pinned(self, version: str) -> Pinned:
        catalog = self.workspace.catalog
        behavior = catalog.behavior(catalog.get(PROMPT, version))
        self.workspace.publisher.put_artifact(from_behavior(behavior))
        return Pinned(version=version, behavior=behavior.sha)

    def serve(self, *versions: str, environment: str = "demo") -> None:
        first, *others = map(self.pinned, versions)
        self.change(lambda table: routes_change.go_live(table, PROMPT, "parcels.sort", first), environment)
        for pinned in others:
            self.change(lambda t, live=pinned: routes_change.pin(t, PROMPT, live, certified=True), environment)  # type: ignore[misc]

    def change(self, transition: Callable[[RouteTable], RouteTable], environment: str = "demo") -> None:
        table = self.table(environment)
        stamped = routes_change.stamped(
            transition(table), operation=f"op_{table.generation}", at=datetime.now(UTC), by="test"
        )
        self.workspace.publisher.swap(stamped, table.generation)

    def certified(self) -> dict[str, bool]:
        return {entry.version: entry.certified for entry in self.table().route(PROMPT).served}

    def rehearse(self, prompt: str | None = None) -> Round:
        return rehearse_live(self.workspace, "demo", prompt)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make_registry(folder / "registry", VERSIONS)
    make_evalsets(folder / "evalsets")
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Iterator[Here]:
    with scripted.installed(say):
        yield Here(Workspace(Roots(tmp_path / "home", made / "registry", made / "evalsets"), actor="test"))


def test_the_version_before_is_proved_and_the_proof_kept(here: Here) -> None:
    here.serve("v1", "v2")
    (done,) = here.rehearse().rehearsed
    assert (done.version, done.verdict, done.calls) == ("v1", Verdict.PASS, 30)
    assert "v1 can be gone back to in" in done.reason
    row = rehearsal.latest(here.workspace.store, "demo", PROMPT, here.pinned("v1").behavior)
    assert row is not None
    assert (row.verdict, row.seconds, row.evidence["evalset"]) == ("pass", done.seconds, f"{PROMPT}/fast")


def test_routes_are_switched_in_the_sandbox_and_left_as_they_were(here: Here) -> None:
    """There, back, and as before: a canary that somebody tries there goes on."""
    here.serve("v1", "v2")
    here.serve("v2", "v3", environment="sandbox")
    own = Canary(
        **here.pinned("v1").model_dump(), release="rel_1", share_bps=100, salt="s",
        lease_expires_at=datetime.now(UTC) + timedelta(minutes=1), lease_seconds=60, lease_seq=1,
    )  # fmt: skip
    baseline = here.pinned("v3").behavior
    here.change(lambda table: routes_change.start_canary(table, PROMPT, own, baseline=baseline), "sandbox")
    before, live = here.table("sandbox"), here.table()
    here.rehearse()
    after = here.table("sandbox")
    assert (after.prompts, after.generation) == (before.prompts, before.generation + 3)
    passed = [here.workspace.publisher.read_generation("sandbox", after.generation - n) for n in (2, 1)]
    assert [table.route(PROMPT).live.version for table in passed] == ["v2", "v1"]
    assert here.table() == live


def test_an_empty_sandbox_stays_empty(here: Here) -> None:
    here.serve("v1", "v2")
    here.rehearse()
    assert here.table("sandbox").prompts == {}


def test_a_certificate_that_was_taken_away_is_given_back(here: Here) -> None:
    """Both are rehearsed: where a rollback would go now, and what it would pass over."""
    here.serve("v1", "v2", "v3")
    behavior = here.pinned("v2").behavior
    here.change(lambda table: routes_change.uncertify(table, PROMPT, behavior))
    assert [one.version for one in here.rehearse(PROMPT).rehearsed] == ["v2", "v1"]
    assert here.certified() == {"v3": True, "v2": True, "v1": True}
    told = here.workspace.store.rows("SELECT kind FROM event WHERE behavior = ? ORDER BY kind", [behavior])
    assert [row["kind"] for row in told] == ["promptship.live.certified", "promptship.rehearsal.pass"]


def test_a_version_that_fails_today_is_not_certified(here: Here) -> None:
    here.serve("v9", "v2")
    behavior = here.pinned("v9").behavior
    here.change(lambda table: routes_change.uncertify(table, PROMPT, behavior))
    found = here.rehearse()
    assert (found.verdict, here.certified()["v9"]) == (Verdict.REJECT, False)
    assert "clearly below the set's min_score" in found.rehearsed[0].reason


def test_an_artifact_that_is_gone_is_no_proof(here: Here) -> None:
    here.serve("v1", "v2")
    publisher = here.workspace.publisher
    assert isinstance(publisher, LocalPublisher)
    (here.workspace.roots.artifacts / f"{here.pinned('v1').behavior}.json").unlink()
    found = here.rehearse()
    assert found.verdict is Verdict.ERROR
    assert "v1 does not resolve" in found.rehearsed[0].reason


def test_what_nothing_served_before(here: Here) -> None:
    assert list(sentences(here.rehearse(), "demo")) == ["nothing is live in demo"]
    here.serve("v1")
    found = here.rehearse()
    assert (found.first, found.verdict) == ([PROMPT], Verdict.PASS)
    assert list(sentences(found, "demo")) == [f"nothing served before what is live: {PROMPT}"]
    with pytest.raises(NoRoute):
        here.rehearse("nothing-like-it")


def test_a_model_that_drifted_since_it_was_proved_is_no_way_back(here: Here) -> None:
    """Still above the set's min_score of 0.2; clearly below what this version scored at its first rehearsal."""
    here.serve("v1", "v2")
    assert [one.verdict for one in here.rehearse().rehearsed] == [Verdict.PASS]

    def drifted(messages: list[dict[str, str]]) -> str:
        return say([{**messages[0], "content": "quality 25 broken 0"}, *messages[1:]])

    with scripted.installed(drifted):
        (done,) = here.rehearse().rehearsed
    assert (done.verdict, "clearly worse on today's model than when it was proved" in done.reason) == (
        Verdict.REJECT,
        True,
    )
