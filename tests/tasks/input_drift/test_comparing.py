from __future__ import annotations

import pytest

from tasks.evaluation.coverage import Coverage
from tasks.evaluation.wording import vectors
from tasks.input_drift.comparing import Said, compare
from tasks.input_drift.finding import Finding, covered

THINGS = ("lamp", "coat", "mug", "rug", "fan", "bike", "sofa", "tent", "vase", "desk")


def said(n: int, day: int = 0, intent: str = "order", more: str = "") -> list[Said]:
    texts = (f"Where is my {THINGS[i % 10]}? It has not come, order {i}.{' Please.' * (i % 4)}{more}" for i in range(n))
    return [Said(text, intent, day) for text in texts]


WEEK = [one for day in range(1, 8) for one in said(60 + day, day)]


def found(today: list[Said], held: list[Said] | None = None) -> dict[tuple[str, str], Finding]:
    return {(one.measure, one.against): one for one in compare("input", today, WEEK, held or [], vectors)}


def test_a_day_like_the_others_has_not_drifted() -> None:
    result = found(said(80), said(40))
    assert len(result) == 8
    assert not any(one.drifted for one in result.values())
    assert {measure for measure, against in result if against == "last_week"} == {
        "meaning", "length", "language", "intent",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("measure", "today", "words"),
    [
        ("length", said(80, more=" I waited a very long time for this parcel and nobody answers."), "times as long"),
        ("intent", [*said(60), *said(40, intent="refund")], "from 100.0 % to 60.0 %, -40.0 points"),
        ("language", [Said(f"Wo ist das Paket {n}? Ich habe es nicht.", "order") for n in range(80)], "'de' from"),
        ("meaning", [Said(f"The VAT of invoice {n} is wrong, correct it.", "order") for n in range(80)], "moved by"),
    ],
)  # fmt: skip
def test_what_moved_is_named_with_its_size(measure: str, today: list[Said], words: str) -> None:
    one = found(today)[measure, "last_week"]
    assert one.drifted
    assert words in one.sentence
    assert one.low <= one.value <= one.high


def test_a_change_too_small_to_matter_is_no_alarm() -> None:
    one = found(said(80, more="."))["length", "last_week"]
    assert not one.drifted


def test_a_set_is_shown_and_raises_no_alarm() -> None:
    result = found(said(80), said(40, intent="refund"))
    assert result["intent", "eval_set"].value in (pytest.approx(1.0), pytest.approx(-1.0))
    assert not result["intent", "eval_set"].drifted
    assert result["intent", "eval_set"].p is None


def test_too_few_requests_say_nothing() -> None:
    assert found(said(49)) == {}


@pytest.mark.parametrize(("far", "drifted"), [(10, False), (20, False), (60, True)])
def test_requests_like_no_case_are_an_alarm_when_they_are_many(far: int, drifted: bool) -> None:
    one = covered(Coverage(100, 200, (), 0.5, far, ()))
    assert one is not None
    assert (one.drifted, one.value) == (drifted, far / 200)
    assert one.low < one.value < one.high


def test_a_set_too_small_to_know_what_is_far() -> None:
    assert covered(Coverage(10, 200, (), None, 0, ())) is None
