from __future__ import annotations

import pytest

from tasks.gate.judged import decide_judged
from tasks.release.verdict import Verdict


def human(values: list[float], n: int = 300) -> list[float | None]:
    return [*values, *[None] * (n - len(values))]


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [
        ([0.0] * 99, Verdict.INCONCLUSIVE),
        ([0.0] * 100, Verdict.PASS),
        ([-1.0] * 30 + [0.0] * 70, Verdict.REJECT),
        ([-1.0, 1.0] * 25 + [0.0] * 50, Verdict.INCONCLUSIVE),
    ],
    ids=["too few labels", "equal", "worse", "cannot tell"],
)
def test_people_decide_beside_the_judge(labels: list[float], verdict: Verdict) -> None:
    """The judge saw the candidate 20 points better everywhere, which is its bias."""
    assert decide_judged([0.2] * 300, human(labels), 0.05).verdict is verdict


def test_the_sentence_names_the_labels() -> None:
    found = decide_judged([0.2] * 300, human([0.0] * 100), 0.05)
    assert found.reason == (
        "Not worse than the margin, proved with people's labels: against live +0.0 points (interval -2.3 to +2.3), "
        "margin 5.0 points; n = 300 cases, 100 of them labelled."
    )
