from __future__ import annotations

from datetime import timedelta

import pytest

from registry.errors import UsageError
from registry.runtime.routes_change import rollback_target
from tasks.drift.verdict import Finding
from tasks.ledger import changelog, drift_alarm, event
from tasks.matrix.plan import FINGERPRINT_CALLS
from tasks.matrix.tonight import tonight
from tasks.sentinel.blessing import BLESSED
from tests.fleet import ENVIRONMENT
from tests.tasks.sentinel.conftest import CELL, Watched
from tests.world import PROMPT


def test_a_quiet_night_says_what_it_would_have_found(watched: Watched) -> None:
    found = watched.night()
    assert {name: row.finding for name, row in found.items()} == dict.fromkeys(("parrot", "owl", CELL), Finding.STABLE)
    assert "would have found" in found[CELL].sentence
    assert not any(row.pages for row in found.values())


def test_a_hidden_prefix_is_found_from_its_tokens_the_same_night(watched: Watched) -> None:
    watched.here.birds.prefixed = {"parrot"}
    found = watched.night(wait=False)
    assert found["parrot"].changed
    assert found["parrot"].pages
    assert "prompt tokens was" in found["parrot"].sentence
    assert found["owl"].finding == Finding.STABLE
    assert found[CELL].finding == Finding.DRIFT_BENIGN


def test_a_swap_needs_a_second_draw_and_is_then_degraded(watched: Watched) -> None:
    watched.here.birds.changed = {"parrot": 60}
    first = watched.night(wait=False)
    assert (first["parrot"].pages, first[CELL].finding) == (False, Finding.INCONCLUSIVE)
    found = watched.night()
    assert found[CELL].finding == Finding.DRIFT_DEGRADED
    assert found[CELL].pages
    assert found[CELL].since == first[CELL].at
    assert found["parrot"].examples
    assert found[CELL].verdict == "reject"


def test_what_is_confirmed_stays_so_until_a_person_accepts_it(watched: Watched) -> None:
    watched.here.birds.changed = {"parrot": 60}
    watched.night()
    again = watched.night()
    assert again[CELL].finding == Finding.DRIFT_DEGRADED
    assert again[CELL].calls == 0
    lines = changelog.entries(watched.here.workspace.store)
    assert {line.kind for line in lines} == {"drift"}
    watched.bless("parrot", CELL, again=True)
    found = watched.night()
    assert {row.finding for row in found.values()} == {Finding.STABLE}
    assert "too few border inputs" in found["parrot"].sentence  # as changed, it leans to one token everywhere


def test_transport_errors_are_no_drift_and_no_stability(watched: Watched) -> None:
    watched.here.birds.down = {"parrot"}
    found = watched.night()
    assert (found["parrot"].finding, found[CELL].finding) == (Finding.INCONCLUSIVE, Finding.INCONCLUSIVE)
    assert drift_alarm.newest(watched.here.workspace.store, ["test/parrot"]) is None
    watched.here.birds.down = set()
    assert watched.night()[CELL].finding == Finding.STABLE


def test_the_consequences_of_a_confirmed_drift(watched: Watched) -> None:
    here = watched.here
    here.go_live("v2")  # v1 is what production would go back to
    route = here.workspace.publisher.read_table(ENVIRONMENT).route(PROMPT)
    assert rollback_target(route) is not None
    here.birds.prefixed = {"parrot"}
    found = watched.night()["parrot"]
    route = here.workspace.publisher.read_table(ENVIRONMENT).route(PROMPT)
    assert rollback_target(route) is None
    (line,) = changelog.entries(here.workspace.store)
    assert (line.kind, line.prompt_id, line.outcome, line.author) == ("drift", PROMPT, found.finding, "drift sentinel")
    assert line.reason is not None
    assert "Fallback owl: not_tested" in line.reason
    assert drift_alarm.newest(here.workspace.store, ["test/parrot"]) == found.at
    assert watched.night()["parrot"].changed
    assert len(changelog.entries(here.workspace.store)) == 1


def test_a_reference_is_drawn_by_nights_and_blessed_by_a_person(watched: Watched) -> None:
    here = watched.here
    here.go_live("v2")
    name = f"{PROMPT}@v2 on parrot"
    first = watched.night()[name]
    assert (first.finding, first.pages) == (Finding.INCONCLUSIVE, False)
    assert "6 of 15 answers a probe are drawn, on 1 days" in first.sentence
    assert "12 of 15 answers a probe are drawn, on 2 days" in watched.night()[name].sentence
    watched.bless(name)
    told = event.since(here.workspace.store, here.workspace.now() - timedelta(days=1))
    told = [e for e in told if e.kind == BLESSED and e.payload["target"] == name]
    assert [(e.actor, e.payload["reason"]) for e in told] == [("ana", "as measured")]
    assert watched.night()[name].finding == Finding.STABLE


@pytest.mark.parametrize(("name", "again"), [("parrot", False), ("rook", True)])
def test_a_reference_is_never_replaced_by_the_way(watched: Watched, name: str, again: bool) -> None:
    with pytest.raises(UsageError):
        watched.bless(name, again=again)


def test_the_plan_of_a_night_stays_within_what_is_due(watched: Watched) -> None:
    watched.here.serve(7)
    watched.here.later += timedelta(days=1)
    made = tonight(watched.here.workspace, ENVIRONMENT)
    assert [row.calls for row in made.of("text")] == [48]
    assert made.short_calls == 2 * FINGERPRINT_CALLS


def test_a_second_draw_that_the_night_has_no_calls_for_is_left_to_the_next(watched: Watched) -> None:
    watched.here.birds.changed = {"parrot": 60}
    assert watched.night(calls=96)[CELL].calls == 96
    found = watched.night()[CELL]
    assert (found.finding, found.calls) == (Finding.DRIFT_DEGRADED, 96)


def test_a_second_draw_is_paid_from_the_budget_of_the_matrix(watched: Watched) -> None:
    watched.here.birds.changed = {"parrot": 60}
    watched.night()
    made = tonight(watched.here.workspace, ENVIRONMENT)
    assert [(row.target, row.calls) for row in made.of("drawn")] == [(CELL, 96 + 96 - 48)]


def test_a_first_draw_is_followed_up_although_its_cell_is_not_due(watched: Watched) -> None:
    watched.here.birds.changed = {"parrot": 60}
    watched.night(wait=False)
    watched.quiet = True
    assert watched.night()[CELL].finding == Finding.DRIFT_DEGRADED
