"""What is live is watched: by its levels, against its holdback, and by one monitor at a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from registry.errors import ClaimTaken
from tasks.ledger import look, release
from tasks.monitor.live import Live, answered, look_at
from tasks.monitor.watching import watch
from tasks.release.claiming import hold
from tasks.release.record import Record
from tests.polling import until
from tests.world import PROMPT

from .conftest import Shop, rules, within


def levels(shop: Shop) -> tuple[str, str]:
    (found,) = [finding for finding in shop.look() if finding.watched == "levels"]
    return found.did, found.sentence


def test_a_broken_level_rolls_back_what_was_promoted_and_then_tells_people(shop: Shop) -> None:
    shop.goes_live("v2")
    shop.world.serve(40)
    assert levels(shop)[0] == "looked"
    shop.break_version(quality=80)
    found = shop.look_until("rolled back", tickets=60)
    assert "schema_ok min broken" in found.sentence
    assert shop.world.live == "v1"
    (back,) = shop.events("live.rolled_back")
    assert (back.actor, back.payload["from_version"], back.payload["to_version"]) == ("guard monitor", "v2", "v1")
    shop.break_version(quality=40)
    again = shop.look_until("alerted", tickets=60)
    assert "not the prompt: no promotion within the last 7 days" in again.sentence
    shop.look()
    assert (shop.world.live, len(shop.events("live.alerted"))) == ("v1", 1)
    assert len(shop.events("live.rolled_back")) == 1


def test_a_level_that_the_version_before_broke_as_well_is_told(shop: Shop) -> None:
    shop.goes_live("v2")
    shop.world.workspace.store.tx(lambda tx: tx.execute("UPDATE trace SET schema_ok = false WHERE version = 'v1'"))
    shop.break_version(quality=80)
    assert "v1 is not known to have kept this level" in shop.look_until("alerted", tickets=60).sentence
    assert shop.world.live == "v2"


def test_a_level_that_another_prompt_on_the_same_model_breaks_too_is_told(shop: Shop) -> None:
    shop.goes_live("v2")
    shop.break_version(quality=80)

    def broken() -> Live | None:
        shop.world.serve(60)
        shop.taken_in()
        live = look_at(shop.monitor, "demo", PROMPT, shop.route, claimed)
        return live if live is not None and live.broken else None

    with hold(shop.monitor, "watch:demo/*") as claimed:
        live = until(broken, "a broken level")
        elsewhere = replace(live, prompt="another", model="other/model")
        found = answered(shop.monitor, live, [live, elsewhere, replace(live, prompt="other")])
    assert (found.did, shop.world.live) == ("alerted", "v2")
    assert "not the prompt: other on the same model breaks its level too" in found.sentence


def test_looking_again_without_traffic_changes_nothing(shop: Shop) -> None:
    until(lambda: "60 units" in levels(shop)[1], "all units")
    first = levels(shop)
    before = shop.world.workspace.store.rows("SELECT * FROM look ORDER BY release_id, batch_seq")
    assert levels(shop) == first
    assert shop.world.workspace.store.rows("SELECT * FROM look ORDER BY release_id, batch_seq") == before


def test_of_two_monitors_one_watches(shop: Shop) -> None:
    watching, told = threading.Event(), threading.Event()

    def pause(_: float) -> None:
        watching.set()
        assert told.wait(60)
        shop.later = timedelta(minutes=5)

    first = replace(shop.monitor, pause=pause)
    thread = threading.Thread(target=lambda: watch(first, ["demo"], timedelta(minutes=5), lambda _: None))
    thread.start()
    try:
        assert watching.wait(60)
        with pytest.raises(ClaimTaken, match="watch:demo"):
            shop.look()
    finally:
        told.set()
        thread.join()
    assert shop.look()


def with_holdback(shop: Shop) -> Record:
    """v2 is live, and 30 % of the units still get v1; the note's guard holds for an hour."""
    registry = shop.world.workspace.roots.registry
    rules(registry, weakened="false", margins="", holdback="{share: 30, for: 2h}", live_guards="[]")
    within(registry, "v2", "1h")
    return shop.goes_live("v2")


def holdback(shop: Shop) -> tuple[str, str] | None:
    found = [finding for finding in shop.look() if finding.watched == "holdback"]
    return (found[0].did, found[0].sentence) if found else None


def _counted(found: tuple[str, str] | None) -> int:
    """Of `..; 41 new and 19 old units, the canary's among them`."""
    return sum(int(word) for word in found[1].rpartition("; ")[2].split() if word.isdigit()) if found else 0


def test_new_is_compared_with_the_holdback_while_within_runs(shop: Shop) -> None:
    record = with_holdback(shop)
    shop.world.serve(60)
    until(lambda: _counted(holdback(shop)) == 60, "60 units")
    assert (holdback(shop) or ("",))[0] in ("looked", "held")
    units = look.latest(shop.world.workspace.store, record.release_id)[0]
    assert units.n_canary + units.n_live == 60
    assert 5 <= units.n_live <= 35
    shop.later = timedelta(minutes=61)
    assert holdback(shop) is None
    shop.later = timedelta(minutes=121)
    assert "is over" in (holdback(shop) or ("", ""))[1]
    assert shop.route.holdback is None


def test_harm_against_the_holdback_rolls_back(shop: Shop) -> None:
    record = with_holdback(shop)
    shop.break_version(quality=80)
    found = shop.look_until("rolled back")
    assert (found.watched, shop.world.live, shop.route.holdback) == ("holdback", "v1", None)
    assert "harm beyond the margin: schema_ok" in found.sentence
    assert release.get(shop.world.workspace.store, record.release_id).decision == "promote"
    assert [e.actor for e in shop.events("live.rolled_back")] == ["guard monitor"]
