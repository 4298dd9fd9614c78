"""Commands of an account that may read an environment and not publish to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.permissions import heeded, read_only
from tests.world import PROMPT

from .conftest import RELEASE, Place

Promptship = Callable[..., Any]
WHO = ("--by", "ana", "--reason", "too slow")
WRITING = [
    ("rollback", PROMPT, "-e", "demo", *WHO),
    ("rollback", PROMPT, "-e", "demo", "--live", *WHO),
    ("live", "pin", PROMPT, "v1", "-e", "demo", *WHO),
    ("live", "pin", PROMPT, "v3", "-e", "demo", "--break-glass", *WHO),
    ("release", "abort", RELEASE, "--by", "ana", "--reason", "changed our minds"),
    ("rehearse", PROMPT, "-e", "demo"),
    ("drift", "run", "-e", "demo"),
    ("monitor", "--once", "-e", "demo"),
    ("monitor", "--once"),
]


@pytest.fixture
def served(place: Place) -> Place:
    """v1, v2 live, and a canary of v3."""
    place.serve("v1", "v2")
    place.canary("v3")
    place.with_policy(RELEASE)
    return place


def kept(place: Place) -> dict[str, bytes]:
    """What is published, and what waits to be."""
    folders = (place.roots.routes, place.roots.outbox)
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


def events(place: Place) -> list[dict[str, Any]]:
    return place.store.rows("SELECT kind, actor FROM event ORDER BY event_id")


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_what_cannot_be_published_is_one_message_and_changes_nothing(
    command: tuple[str, ...], served: Place, promptship: Promptship
) -> None:
    before, told = kept(served), events(served)
    with read_only(served.roots.routes / "demo"):
        said = promptship(*command)
    assert (said.code, said.err.count("PS-E900")) == (3, 1)
    assert "This account may not write the routes of 'demo' at" in said.err
    assert "docs/access.md" in said.err
    assert (kept(served), events(served)) == (before, told)


def test_a_release_is_refused_before_anything_is_opened(place: Place, promptship: Promptship) -> None:
    place.serve("v1")
    with read_only(place.roots.routes / "demo"):
        said = promptship("release", "start", f"{PROMPT}", "v2", "-e", "demo", "--via", "local", "--json")
    assert (said.code, said.document["error"]["code"]) == (3, "PS-E900")
    assert place.store.rows("SELECT release_id FROM release") == []


def test_the_same_for_artifacts_and_for_the_sandbox(place: Place, promptship: Promptship) -> None:
    """The candidate is stored there, and the way back of what is live is rehearsed there."""
    place.serve("v1")
    rules = place.roots.registry / "environments.yaml"
    for name in ("artifacts", "routes/sandbox"):
        folder = place.roots.home / name
        folder.mkdir(parents=True, exist_ok=True)
        _require_rehearsal(rules)
        with read_only(folder):
            said = promptship("release", "start", PROMPT, "v2", "-e", "demo", "--via", "local")
        assert (said.code, said.err.startswith("PS-E900"), str(folder) in said.err) == (3, True, True)


def test_an_answer_that_needs_no_writing_needs_no_right(served: Place, promptship: Promptship) -> None:
    with read_only(served.roots.routes, served.roots.artifacts):
        for command in (
            ("live", "show", "-e", "demo"),
            ("release", "list"),
            ("release", "plan", PROMPT, "v2", "-e", "demo"),
            ("changelog",),
            ("release", "start", PROMPT, "v2", "-e", "demo", "--via", "local"),
        ):
            said = promptship(*command)
            assert "PS-E900" not in said.err, command


def test_a_process_that_is_kept_to_other_environments(
    served: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(served)
    monkeypatch.setenv("PROMPTSHIP_WRITES", "staging, sandbox")
    said = promptship("rollback", PROMPT, "-e", "demo", *WHO)
    assert (said.code, "PROMPTSHIP_WRITES lets this process write sandbox, staging, and not demo" in said.err) == (
        3,
        True,
    )
    assert kept(served) == before
    monkeypatch.setenv("PROMPTSHIP_WRITES", "demo")
    assert promptship("rollback", PROMPT, "-e", "demo", *WHO).code == 0


def test_the_doctor_says_what_this_account_may_write(served: Place, promptship: Promptship) -> None:
    with read_only(served.roots.routes / "demo"):
        said = promptship("doctor", "--json")
    found = {one["about"]: one for one in said.document["findings"] if one["about"].startswith("may write ")}
    assert (found["may write demo"]["state"], found["may write demo"]["found"][:4]) == ("note", "no: ")
    assert {name for name, one in found.items() if one["state"] == "ok"} >= {"may write production"}
    with read_only(served.roots.routes, served.roots.artifacts):
        assert promptship("doctor").code == 0


def test_a_file_that_may_not_be_read_is_one_message(served: Place, promptship: Promptship) -> None:
    table = served.roots.routes / "demo" / "table.json"
    table.chmod(0o000)
    with heeded():
        said = promptship("live", "show", "-e", "demo")
    assert (said.code, str(table) in said.err, "docs/access.md" in said.err) == (3, True, True)


def _require_rehearsal(rules: Path) -> None:
    text = rules.read_text()
    assert "demo:\n" in text
    if "rehearsal: [low]" not in text:
        rules.write_text(text.replace("demo:\n", "demo:\n  requires: {lock: false, rehearsal: [low]}\n", 1))
