"""Log-probabilities, capabilities and pooled weeks, as a night sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tasks.drift import logprobs
from tasks.drift.rule import Draw
from tasks.drift.verdict import Finding
from tasks.ledger import drift
from tasks.ledger.drift import Check
from tasks.sentinel import probing
from tasks.sentinel.blessing import Blessed, blessed
from tasks.sentinel.lenses import Weekly, missing, of_endpoint
from tasks.sentinel.target import Endpoint, Texts
from tests.tasks.sentinel.conftest import CELL, SMALL, Watched

NIGHTS = 7
WEEK = 7 * 6 * 8


def reference(watched: Watched, name: str) -> Blessed:
    found = blessed(watched.here.workspace.store, watched.target(name))
    assert found is not None
    return found


def test_a_reference_says_what_its_endpoint_is_capable_of(watched: Watched) -> None:
    parrot, owl = (reference(watched, name).collected for name in ("parrot", "owl"))
    assert parrot.observed is not None
    assert owl.observed is not None
    assert parrot.observed.capabilities == {"temperature": True, "seed": True, "logprobs": True}
    assert owl.observed.capabilities == {"temperature": True, "seed": True, "logprobs": False}
    assert {len(drawn) for drawn in parrot.vectors.values()} == {10}
    assert owl.vectors == {}


@pytest.mark.parametrize(
    ("off", "finding", "changed", "said"),
    [
        (0.0, Finding.STABLE, False, "L1 log-probabilities 10 calls z 0.0, vectors never seen before after 0 of 5"),
        (0.1, Finding.STABLE, False, "vectors never seen before after 5 of 5"),
        (1.0, Finding.NUMERICS, True, "nats +0.4"),
    ],
)
def test_log_probabilities_are_compared_every_night(
    watched: Watched, off: float, finding: Finding, changed: bool, said: str
) -> None:
    watched.here.birds.off = {"parrot": off}
    found = watched.night()
    assert (found["parrot"].finding, found["parrot"].changed) == (finding, changed)
    assert said in found["parrot"].sentence
    assert bool(found["parrot"].examples) is changed
    assert "no log-probabilities, the endpoint gives none" in found["owl"].sentence


@pytest.mark.parametrize(("refused", "finding"), [("temperature", Finding.BROKEN), ("seed", Finding.BROKEN)])
def test_what_is_refused_since_breaks_requests(watched: Watched, refused: str, finding: Finding) -> None:
    watched.here.birds.refuses = {"parrot": {refused}}
    found = watched.night()["parrot"]
    assert (found.finding, found.pages) == (finding, True)
    assert f"{refused} was supported, is refused" in found.sentence


def test_log_probabilities_that_are_withdrawn_are_a_change_that_breaks_nothing(watched: Watched) -> None:
    watched.here.birds.tell = {}
    found = watched.night()["parrot"]
    assert (found.changed, found.finding) == (True, Finding.INCONCLUSIVE)
    assert "logprobs was supported, is refused" in found.sentence


@pytest.mark.parametrize(
    ("gives", "legs", "said"),
    [
        (True, ["logprobs"], ("no fingerprint, a low temperature is refused",)),
        (
            False,
            [],
            (
                "no fingerprint, a low temperature is refused",
                "no log-probabilities, the endpoint gives none",
            ),
        ),
    ],
)
def test_an_endpoint_without_a_low_temperature_has_no_fingerprint_and_says_so(
    watched: Watched, gives: bool, legs: list[str], said: tuple[str, ...]
) -> None:
    birds, here = watched.here.birds, watched.here.workspace
    birds.refuses, birds.tell = {"rook": {"temperature"}}, {"rook": 5} if gives else {}
    watched.bless("rook")
    known, target = reference(watched, "rook"), watched.target("rook")
    assert isinstance(target, Endpoint)
    found = of_endpoint(here, probing.door(), target, known, SMALL)
    assert ([lens.name for lens in found], missing(known)) == (legs, said)
    assert logprobs.width(known.collected.vectors) == (5 if gives else 0), "it tells five at most"


Say = Callable[[str], str]


def nights(watched: Watched, count: int, say: Say = str, *, alarmed: bool = False) -> None:
    """So many nights of six answers a case; `say` changes half of them."""
    known = reference(watched, CELL)
    rows = []
    for _ in range(count):
        watched.here.later += timedelta(days=1)
        pairs = {case: [*drawn[:3], *map(say, drawn[:3])] for case, drawn in known.collected.answers.items()}
        look = {"at": watched.here.workspace.now().isoformat(), "z": 4.0, "phi": 1.0, "effect": 0.1, "calls": 48}
        rows.append(
            Check(
                target=CELL,
                model="test/parrot",
                leg="text",
                draw=Draw.SCREEN,
                blessed_at=known.row.at,
                statistic=0.0,
                z=0.5,
                phi=1.0,
                effect=0.0,
                planned=48,
                done=48,
                failed=0,
                watch={"floor": 0.0, "looks": [look] if alarmed else []},
                outputs={case: [{"answer": answer, "score": 1.0} for answer in drawn] for case, drawn in pairs.items()},
                at=watched.here.workspace.now(),
            )
        )
    watched.here.workspace.store.tx(lambda tx: drift.check(tx, rows))


@pytest.fixture
def weekly(watched: Watched) -> Weekly:
    watched.here.serve(7)
    watched.here.later += timedelta(hours=1)
    target = watched.target(CELL)
    assert isinstance(target, Texts)
    return Weekly(watched.here.workspace, probing.door(), target, reference(watched, CELL), SMALL)


def box(_: str) -> str:
    return '{"product": "box"}'


def test_seven_quiet_nights_are_one_look_and_count_once(watched: Watched, weekly: Weekly) -> None:
    nights(watched, NIGHTS - 1)
    assert not weekly.look().drawn
    nights(watched, 2, alarmed=True)
    assert not weekly.look().drawn
    nights(watched, 1)
    looked = weekly.look()
    assert looked.leg.shift is not None
    assert (looked.leg.shift.calls, looked.leg.watch.looks, weekly.gate.budget.calls) == (WEEK, (), 0)
    kept = drift.last(weekly.workspace.store, CELL, "week", weekly.known.row.at)
    assert kept is not None
    assert (kept.planned, kept.outputs) == (WEEK, {})
    assert weekly.progress == "week: 0 of 7 nights, the last one z 0.0"


@pytest.mark.parametrize(("changed", "keys"), [({}, 0), ({"parrot": 60}, 2)])
def test_a_week_that_moved_is_confirmed_by_as_many_fresh_answers(
    watched: Watched, weekly: Weekly, changed: dict[str, int], keys: int
) -> None:
    nights(watched, NIGHTS, box)
    looked = weekly.look()
    assert looked.leg.watch.open
    assert weekly.calls() == SMALL.week * 8
    watched.here.birds.changed = changed
    watched.here.later += timedelta(hours=1)
    assert len(weekly.look().leg.watch.looks) == keys
    assert weekly.gate.budget.calls == SMALL.week * 8


def test_a_night_says_how_far_the_week_is_and_what_it_came_to(watched: Watched) -> None:
    nights(watched, NIGHTS - 2)
    assert "week: 6 of 7 nights" in watched.night()[CELL].sentence
    assert f"L2 week {WEEK} calls z 0.0" in watched.night()[CELL].sentence
