from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.release.orders import ReleaseOrder
from tasks.release.verdict import Verdict
from tasks.upgrade.fallbacks import on_itself, sentence, smoke, verdict
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.world import PROMPT


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path) as made:
        yield made


@pytest.mark.parametrize(("model", "column", "asked"), [("owl", set(), 1), ("rook", {PROMPT}, 1), ("rook", set(), 0)])
def test_pairs_that_the_new_model_is_part_of_are_asked(here: Fleet, model: str, column: set[str], asked: int) -> None:
    found = smoke(here.workspace, ENVIRONMENT, model, column)
    assert [(pair.model, pair.calls) for pair in found] == [("test/owl", 8)] * asked
    assert [verdict(pair) for pair in found] == [Verdict.PASS] * asked


@pytest.mark.parametrize(
    ("kept", "expected"),
    [("inconclusive", Verdict.PASS), ("reject", Verdict.REJECT), ("error", Verdict.ERROR)],
)
def test_a_smoke_that_rejects_nothing_holds(here: Fleet, kept: str, expected: Verdict) -> None:
    (pair,) = smoke(here.workspace, ENVIRONMENT, "owl", set())
    assert sentence(pair) == "fallback parcel-sort@v1 on test/owl: the contract holds in 8 of 8 answers"
    assert verdict(replace(pair, verdict=kept)) is expected


@pytest.mark.parametrize(("model", "told"), [("owl", 1), ("rook", 0)])
def test_a_candidate_that_falls_back_to_its_own_model_is_named(here: Fleet, model: str, told: int) -> None:
    order = ReleaseOrder(version=f"{PROMPT}@v2", environment=ENVIRONMENT)
    assert len(on_itself(here.workspace, [order], model)) == told
