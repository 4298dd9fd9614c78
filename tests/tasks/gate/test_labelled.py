from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tasks.calibration.label import Label
from tasks.gate.decide import decide
from tasks.gate.labelled import corrected, differences
from tasks.gate.look import CasePair, Look
from tasks.release.verdict import Verdict

DOUBT = "the judge is kinder on style 'list'"


def label(case: str, arm: str | None, good: bool) -> Label:
    return Label(case=case, answer="x", good=good, arm=arm)


def look(*confirm: str, gain: float = 0.1) -> Look:
    """200 cases; the judge sees the candidate better by `gain` in all of them."""
    pairs = tuple(CasePair(f"c{n:03d}", f"c{n:03d}", "ask", (0.5 + gain,), (0.5,)) for n in range(200))
    return Look(pairs, 1, 1, 0.05, "low", confirm=confirm)


def human(values: list[float]) -> dict[str, float]:
    return {f"c{number:03d}": value for number, value in enumerate(values)}


def test_only_cases_labelled_for_both_versions_count() -> None:
    labels = [
        *(label("a", "v3", good) for good in (True, False)),
        label("a", "v2", True),
        label("b", "v3", True),
        label("c", None, True),
    ]
    assert differences(labels, "v3", "v2") == {"a": -0.5}
    assert differences(labels, "v3", None) == {}
    assert differences(labels, "new", "v2", {"v3": "new"}) == {"a": -0.5}, "by another name, as of a behavior version"


@pytest.mark.parametrize(
    ("values", "verdict", "says"),
    [
        ([0.0] * 120, Verdict.PASS, "Not worse than the margin, proved with people's labels"),
        ([-1.0] * 40 + [0.0] * 80, Verdict.REJECT, "Worse than live, proved with people's labels"),
        ([-1.0, 1.0] * 30 + [0.0] * 60, Verdict.INCONCLUSIVE, "Cannot tell with people's labels"),
        ([0.0] * 50, Verdict.INCONCLUSIVE, "50 pairs are labelled by people, 100 are needed"),
        ([], Verdict.INCONCLUSIVE, "A person has to confirm"),
    ],
    ids=["equal", "worse", "cannot tell", "too few", "none"],
)
def test_labels_settle_what_the_judge_may_not(values: list[float], verdict: Verdict, says: str) -> None:
    found = corrected(decide(look(DOUBT)), look(DOUBT), (DOUBT,), human(values))
    assert (found.verdict, says in found.reason) == (verdict, True)


def test_an_adversarial_case_stays_for_a_person() -> None:
    asked = look(DOUBT, "the judge failed 1 adversarial case(s): 'c7'")
    found = corrected(decide(asked), asked, (DOUBT,), human([0.0] * 120))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert DOUBT not in found.reason
    assert "adversarial" in found.reason


@pytest.mark.parametrize("gain", [-0.3, -0.05])
def test_labels_rescue_nothing_that_the_rule_does_not_pass(gain: float) -> None:
    asked = look(DOUBT, gain=gain)
    before = decide(asked)
    assert before.verdict is not Verdict.PASS
    assert corrected(before, asked, (DOUBT,), human([0.0] * 120)) == before


def test_an_unscored_round_does_not_drop_out() -> None:
    """Two of 200 cases, at their worst and best: they stay in the estimate that people correct."""
    asked = look(DOUBT)
    pairs = tuple(replace(pair, candidate=(math.nan,)) if n < 2 else pair for n, pair in enumerate(asked.pairs))
    few = replace(asked, pairs=pairs)
    found = corrected(decide(few), few, (DOUBT,), human([0.0] * 120))
    assert found.verdict is Verdict.PASS
    assert "n = 200 cases, 120 of them labelled" in found.reason
