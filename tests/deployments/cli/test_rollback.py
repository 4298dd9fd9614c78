from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.client import Client
from registry.runtime.publishing import Reader
from tasks.ledger import changelog, event, outbox, release
from tests.places import point_to
from tests.polling import until
from tests.world import PROMPT, world

from .conftest import RELEASE, Place
from .test_bad_input import held

WHY = ("--reason", "prices are wrong", "-e", "demo")

Promptship = Callable[..., Any]


def test_live_goes_back_once(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    taken = place.table.route(PROMPT).live.behavior
    said = promptship("rollback", PROMPT, *WHY, "--by", "ana", "--json").document
    assert (said["changed"], said["live"]["version"], said["ledger"]) == (True, "v1", "written")
    again = promptship("rollback", PROMPT, *WHY, "--from", f"bv_{taken[:12]}")
    assert (again.code, place.live()) == (0, "v1")
    assert again.out.startswith("already done")
    assert place.table.generation == said["generation"]
    (entry,) = changelog.entries(place.store)
    assert (entry.kind, entry.author, entry.why, entry.to_version) == ("rollback", "ana", "prices are wrong", "v1")
    assert (place.roots.public / "changelog.duckdb").exists()


def test_a_canary_is_withdrawn_and_live_is_not_touched(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    place.canary("v3")
    said = promptship("rollback", PROMPT, *WHY)
    assert said.code == 0
    assert "live was not touched and is v2" in said.out
    assert place.table.route(PROMPT).canary is None
    ended = release.get(place.store, RELEASE)
    assert (ended.decision, place.live()) == ("roll_back", "v2")
    kinds = {one.kind for one in event.of_release(place.store, RELEASE)}
    assert kinds == {"promptship.canary.withdrawn", "promptship.release.rolled_back"}


def test_live_goes_back_too_when_asked(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    place.canary("v3")
    said = promptship("rollback", PROMPT, *WHY, "--live", "--json").document
    route = place.table.route(PROMPT)
    assert (said["withdrawn"], route.live.version, route.canary) == (RELEASE, "v1", None)
    assert [closed.release for closed in route.closed] == [RELEASE]


def test_nowhere_to_go_back_to(place: Place, promptship: Promptship) -> None:
    """What could be done is done, and said."""
    place.serve("v1")
    place.canary("v2")
    said = promptship("rollback", PROMPT, *WHY, "--live")
    assert (said.code, place.table.route(PROMPT).canary) == (3, None)
    assert f"the canary v2 of {RELEASE} is withdrawn" in said.err
    assert "PS-E303" in said.err


@pytest.mark.parametrize("arguments", [("--from", "v2"), ("--from", "bv_12"), ("--reason", " ")])
def test_wrong_usage_changes_nothing(place: Place, promptship: Promptship, arguments: tuple[str, ...]) -> None:
    place.serve("v1", "v2")
    before = place.files()
    assert promptship("rollback", PROMPT, *WHY, *arguments).code == 64
    assert place.files() == before


def test_a_locked_ledger_holds_up_nothing(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    place.store.migrate()
    with held(place.roots.ledger):
        said = promptship("rollback", PROMPT, *WHY, "--json")
        assert (said.code, place.live(), said.document["ledger"]) == (0, "v1", "pending")
    assert len(outbox.pending(place.roots.outbox)) == 1
    assert promptship("trace", "ingest").code == 0
    assert outbox.pending(place.roots.outbox) == []
    assert [entry.kind for entry in changelog.entries(place.store)] == ["rollback"]


def test_a_ledger_that_is_no_ledger_holds_up_nothing(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    place.roots.ledger.write_bytes(b"not a database" * 1000)
    said = promptship("rollback", PROMPT, *WHY)
    assert (said.code, place.live()) == (0, "v1")
    assert "the ledger's entry waits in the outbox" in said.out
    assert len(outbox.pending(place.roots.outbox)) == 1


def test_without_duckdb(place: Place, tmp_path: Path) -> None:
    """A broken installation of DuckDB, and a registry that cannot be read: the routes are changed all the same."""
    place.serve("v1", "v2")
    (place.roots.registry / "environments.yaml").write_text("broken: [")
    (tmp_path / "duckdb.py").write_text("raise ImportError('a library is missing')")
    code = "import sys; from deployments.cli.main import run; sys.exit(run(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "rollback", PROMPT, *WHY],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, place.live()) == (0, "v1"), done.stderr
    assert "a library is missing" in done.stdout


def test_readers_that_do_not_follow_are_named(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    now, generation = datetime.now(UTC), place.table.generation
    for name, ahead, ago in (("old", 0, 1), ("new", 1, 1), ("gone", 0, 60)):
        place.publisher.report_reader("demo", Reader(name, generation + ahead, now - timedelta(seconds=ago), 0))
    said = promptship("rollback", PROMPT, *WHY)
    assert f"not yet seen on generation {generation + 1}: old (at {generation})" in said.out
    assert "gone" not in said.out


def test_the_last_reader_seen_on_it_is_told(place: Place, promptship: Promptship) -> None:
    """Clients of this process poll; a reader that was never heard of is nobody."""
    place.serve("v1", "v2", "v3")
    assert "no application has said within 30 s what it serves" in promptship("rollback", PROMPT, *WHY).out
    with Client("demo", roots=place.roots, poll=0.01) as client:
        client.resolve(PROMPT, unit="ana")
        until(lambda: place.publisher.readers("demo"), "a reader")
        said = promptship("rollback", PROMPT, *WHY)
    assert re.search(r"1 reader was seen on generation \d+, the last after \d+\.\d s", said.out)


def test_as_far_as_a_version_that_is_named(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2", "v3")
    assert promptship("rollback", PROMPT, *WHY, "--to", "v1").code == 0
    assert [entry.version for entry in place.table.route(PROMPT).served] == ["v1"]
    refused = promptship("rollback", PROMPT, *WHY, "--to", "v2")
    assert (refused.code, place.live()) == (3, "v1")
    assert "no certified version v2 before v1" in refused.err


def test_a_release_that_is_watched_meanwhile_ends(
    tmp_path: Path, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world(tmp_path) as here:
        point_to(here.workspace.roots, monkeypatch)
        here.release("v1")
        here.serve(60)
        object.__setattr__(here.workspace, "pause", lambda _: promptship("rollback", PROMPT, *WHY, "--by", "ana"))
        record = here.release("v2")
        assert record is not None
        assert (record.decision, record.reason, here.live) == ("roll_back", "withdrawn by ana: prices are wrong", "v1")
        kinds = [one.kind for one in event.of_release(here.workspace.store, record.release_id)]
        assert kinds.count("promptship.release.rolled_back") == 1
