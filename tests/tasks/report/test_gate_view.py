from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.report.gate_view import by_intent, view

from .conftest import answers, estimate, result


def test_intents_are_compared_with_the_anchor_as_the_gate_would() -> None:
    rows = {row.label: row for row in by_intent(answers(), "anchor")}
    assert {label: row.n for label, row in rows.items()} == {"delivery": 12, "refund": 12}
    assert rows["delivery"].value == 0
    assert rows["refund"].value == pytest.approx(-0.5 * 12 / 16)
    low, high = rows["refund"].low, rows["refund"].high
    assert low is not None
    assert high is not None
    assert low < -0.375 < high


def test_unscored_answers_are_in_no_mean() -> None:
    lost = [replace(one, score=None, status="unscored") if one.case_id == "c1" else one for one in answers()]
    assert {row.label: row.n for row in by_intent(lost, "anchor")} == {"delivery": 12, "refund": 11}


def test_one_intent_is_the_whole_set() -> None:
    assert by_intent([replace(one, intent="all") for one in answers()], "live") == []


def test_mean_scores_stand_side_by_side() -> None:
    slices = [{"slice": "all", "arm": arm, "mean": mean, "n": 9} for arm, mean in (("candidate", 0.5), ("live", 0.25))]
    found = view(result("gate", live=estimate(0.25), slices=slices), ())
    assert [(row.cases, row.means, row.n) for row in found.scores] == [("all", (0.25, 0.5, None), 9)]
