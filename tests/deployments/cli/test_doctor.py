from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from packaging.requirements import Requirement

from deployments.cli.health import data, packages, state
from registry.models import Model, Reach
from registry.runtime.publishing import Reader
from tests.world import PROMPT

from .conftest import RELEASE, Place
from .test_bad_input import held

NOW = datetime(2026, 11, 21, tzinfo=UTC)
Promptship = Callable[..., Any]


def _of(said: Any, about: str) -> Any:
    (found,) = [finding for finding in said.document["findings"] if finding["about"] == about]
    return found


def test_a_new_place_is_in_order_and_stays_empty(place: Place, promptship: Promptship) -> None:
    said = promptship("doctor", "--json")
    assert (said.code, said.document["verdict"]) == (0, "pass")
    assert str(place.roots.home) in _of(said, "home")["found"]
    assert _of(said, f"{PROMPT}@v1")["found"].startswith("bv_")
    assert place.files() == {}
    assert promptship("doctor").out.endswith("no problems\n")


@pytest.mark.parametrize(
    ("installed", "state_", "word"),
    [("0.150.2", "ok", "0.150.2"), ("0.155.0", "problem", "422"), (None, "problem", "not installed")],
)
def test_packages_against_their_pins(installed: str | None, state_: str, word: str) -> None:
    wanted = Requirement("fastapi>=0.139,<0.151")
    found = packages.judge("fastapi", installed, wanted, packages.BREAKS["fastapi"])
    assert found.state == state_
    assert word in found.found + found.fix


@pytest.mark.parametrize(("ago", "dropped", "state_"), [(1, 0, "ok"), (31, 0, "note"), (1, 5, "problem")])
def test_readers(ago: int, dropped: int, state_: str) -> None:
    found = state.reader("demo", Reader("host-1", 6, NOW - timedelta(seconds=ago), dropped), 7, NOW)
    assert found.state == state_
    assert f"generation 6 of 7, seen {ago} s ago" in found.found


@pytest.mark.parametrize(("environ", "state_"), [({"A_KEY": "sk-secret"}, "ok"), ({}, "note")])
def test_a_key_is_never_shown(environ: dict[str, str], state_: str) -> None:
    model = Model(provider="p", model="m-1", reach=Reach(driver="litellm", key_variable="A_KEY"))
    found = data.reach("m", model, environ)
    assert (found.state, "secret" in str(found)) == (state_, False)


def test_a_lease_that_nobody_renews(place: Place, promptship: Promptship) -> None:
    place.serve("v1")
    place.canary("v2", seconds=-5)
    said = promptship("doctor", "--json")
    found = _of(said, f"canary {PROMPT}")
    assert (said.code, found["state"]) == (1, "problem")
    assert RELEASE in found["fix"]


def test_what_waits_for_too_long(place: Place, promptship: Promptship) -> None:
    ready = place.roots.spool / "ready"
    ready.mkdir(parents=True)
    (ready / "a.jsonl").write_text("{}\n")
    assert _of(promptship("doctor", "--json"), "spool backlog")["state"] == "ok"
    os.utime(ready / "a.jsonl", (0, 0))
    assert "trace ingest" in _of(promptship("doctor", "--json"), "spool backlog")["fix"]
    place.roots.outbox.mkdir()
    (place.roots.outbox / "op_1.json").write_text("no intent")
    assert _of(promptship("doctor", "--json"), "outbox backlog")["state"] == "problem"


def test_every_broken_file_is_named(place: Place, promptship: Promptship) -> None:
    prompt = place.roots.registry / "prompts" / PROMPT / "v2.yaml"
    prompt.write_text("id: [")
    (place.roots.registry / "models.yaml").write_text("parrot: {}")
    (place.roots.evalsets / PROMPT / "cases.jsonl").write_text("no JSON\n")
    said = promptship("doctor", "--json")
    assert said.code == 1
    for about in (f"{PROMPT}@v2", "models", f"eval set {PROMPT}"):
        assert _of(said, about)["state"] == "problem"
    assert "PROBLEM models: PS-E101" in promptship("doctor").out


def test_the_ledger_opens_or_says_who_has_it(
    place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_WAIT_S", 0.2)
    place.store.migrate()
    assert "schema version" in _of(promptship("doctor", "--json"), "ledger")["found"]
    with held(place.roots.ledger):
        assert _of(promptship("doctor", "--json"), "ledger")["found"].startswith("PS-E601")


@pytest.mark.parametrize(
    ("change", "code", "state_", "words"),
    [
        (
            "INSERT INTO schema_migration VALUES (99, 'x', now())",
            1,
            "problem",
            "schema version 99, this promptship",
        ),
        ("DELETE FROM schema_migration WHERE version > 1", 0, "ok", "schema version 1, the next write brings it to"),
    ],
)
def test_a_ledger_of_another_promptship_is_told_and_not_changed(
    place: Place, promptship: Promptship, change: str, code: int, state_: str, words: str
) -> None:
    place.store.tx(lambda tx: tx.execute(change))
    before = place.roots.ledger.read_bytes()
    said = promptship("doctor", "--json")
    found = _of(said, "ledger")
    assert (said.code, found["state"], words in found["found"]) == (code, state_, True)
    assert place.roots.ledger.read_bytes() == before


def test_a_shared_ledger_out_of_reach_is_a_problem_without_its_password(
    promptship: Promptship, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    away = f"ducklake:postgres:dbname=x host={place.roots.home}/nowhere password=sesame|/data"
    monkeypatch.setenv("PROMPTSHIP_LEDGER", away)
    found = _of(promptship("doctor", "--json"), "ledger")
    assert (found["state"], "sesame" in str(found)) == ("problem", False)


@pytest.mark.parametrize(("retires", "words"), [("2026-12-21", "in 30 days"), ("2026-11-01", "was retired")])
def test_a_model_that_retires_is_a_note_with_the_way_out(retires: str, words: str) -> None:
    gone = Model(provider="p", model="m", reach=Reach(driver="litellm"), retires=date.fromisoformat(retires))
    later = Model(provider="p", model="n", reach=Reach(driver="litellm"), retires=date(2028, 1, 1))
    (found,) = data.retiring({"old": gone, "new": later}, NOW.date())
    assert (found.about, found.state) == ("retirement of old", "note")
    assert words in found.found
    assert found.fix == "promptship model upgrade old --to NEW"
