from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.cli.walk import walk
from tasks.ledger import event
from tasks.ledger.drift_alarm import CONFIRMED
from tasks.matrix import gathering, running
from tasks.matrix.standing import Standing, standings
from tasks.matrix.tonight import tonight
from tasks.release.orders import ReleaseOrder
from tasks.report.writing import write_report
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.world import PROMPT


@pytest.fixture
def birds(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        yield made


def shown(here: Fleet) -> dict[str, Standing]:
    cells = gathering.cells(here.workspace, ENVIRONMENT, here.workspace.now())
    return {one.model: one for one in standings(here.workspace.store, cells)}


def night(here: Fleet, calls: int | None = None) -> None:
    running.run(here.workspace, tonight(here.workspace, ENVIRONMENT, calls=calls), lambda _: None)


def test_nothing_is_tested_before_the_first_night(birds: Fleet) -> None:
    assert {model: one.verdict for model, one in shown(birds).items()} == dict.fromkeys(
        ("parrot", "owl", "rook"), "not_tested"
    )


def test_each_cell_is_judged_by_itself_against_the_primary_model(birds: Fleet) -> None:
    night(birds)
    found = shown(birds)
    assert {model: one.verdict for model, one in found.items()} == {"parrot": "pass", "owl": "pass", "rook": "reject"}
    assert {model: one.role for model, one in found.items()} == {
        "parrot": "primary",
        "owl": "fallback",
        "rook": "other",
    }
    owl = found["owl"]
    assert (owl.score, owl.n, owl.at) == (1.0, 120, birds.workspace.now())
    assert owl.low is not None
    assert owl.low < 1.0
    assert owl.cost_usd is not None
    assert owl.cost_usd > 0
    assert "the primary model" in found["rook"].reason


def test_cells_run_beside_each_other_within_what_each_model_takes(birds: Fleet) -> None:
    night(birds)
    width = 8
    assert 2 * width < birds.birds.most_at_once <= 3 * width, "more than the two models of one cell were asked at once"


def test_the_report_of_a_release_says_what_the_matrix_says(birds: Fleet) -> None:
    night(birds)
    order = ReleaseOrder(version=f"{PROMPT}@v2", environment=ENVIRONMENT, by="test", until="lint")
    record = walk(birds.workspace, order, lambda _: None)
    assert record is not None
    report = write_report(birds.workspace, record.release_id)
    assert "| v1 | test/rook | other | eval | reject |" in report.markdown
    assert '<span class="verdict reject">reject</span>' in report.html


def test_what_was_judged_is_not_asked_again_the_next_night(birds: Fleet) -> None:
    night(birds)
    birds.later = timedelta(days=1)
    made = tonight(birds.workspace, ENVIRONMENT)
    assert made.of("eval") == []
    birds.later = timedelta(days=30)
    assert len(tonight(birds.workspace, ENVIRONMENT).of("eval")) == 3


def test_a_look_that_cannot_be_taken_is_an_error_and_the_next_goes_on(birds: Fleet) -> None:
    birds.birds.down = {"owl"}
    night(birds)
    found = shown(birds)
    assert (found["owl"].verdict, found["rook"].verdict) == ("error", "reject")
    assert [row.target.split()[-1] for row in tonight(birds.workspace, ENVIRONMENT).of("eval")] == ["owl"]


def test_drift_takes_the_judgements_of_its_model_away(birds: Fleet) -> None:
    night(birds)
    birds.later = timedelta(days=1)
    here = birds.workspace
    here.store.tx(
        lambda tx: event.append(
            tx, kind=CONFIRMED, actor="test", subjects={}, payload={"model": "test/owl"}, at=here.now()
        )
    )
    found = shown(birds)
    assert (found["owl"].verdict, found["parrot"].verdict) == ("inconclusive", "pass")
    assert "drifted since" in found["owl"].reason
    assert len(tonight(here, ENVIRONMENT).of("eval")) == 1
