"""An application that started before a version was written serves it: in its canary, and after its promotion."""

from __future__ import annotations

from itertools import groupby

from tests.survivor import HISTORY, Survivor


def test_it_serves_the_new_version_without_a_restart(survivor: Survivor) -> None:
    """One process wrote all answers: it is the same one before the version's file existed and at the end."""
    before, after = survivor.answers[:HISTORY], survivor.answers[-1]
    assert {(answer["version"], answer["arm"]) for answer in before} == {("v1", "live")}
    assert (after["version"], after["arm"]) == ("v2", "live")
    assert {answer["version"] for answer in survivor.answers if answer["arm"] == "canary"} == {"v2"}


def test_every_answer_came_from_the_version_and_the_model(survivor: Survivor) -> None:
    assert {(answer["version"], answer["arm"]) for answer in survivor.answers} == {
        ("v1", "live"),
        ("v2", "canary"),
        ("v2", "live"),
    }
    assert (survivor.folder / "application.log").read_text() == ""


def test_live_changed_once_and_for_good(survivor: Survivor) -> None:
    live = [answer["version"] for answer in survivor.answers if answer["arm"] == "live"]
    assert [version for version, _ in groupby(live)] == ["v1", "v2"]


def test_about_half_of_the_sessions_were_in_the_canary(survivor: Survivor) -> None:
    """While its lease held: 50 % of the units, each decided by its own hash."""
    during = [a for a in survivor.answers if survivor.route(a["generation"]).canary and a["release_id"]]
    canary = sum(answer["arm"] == "canary" for answer in during)
    assert len(during) >= 80
    assert 0.25 < canary / len(during) < 0.75
