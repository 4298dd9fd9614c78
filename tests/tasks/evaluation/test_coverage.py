from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from registry.runtime.drivers import sentences
from tasks.evaluation import coverage as covering
from tasks.evaluation import evalset
from tasks.evaluation.coverage import Coverage, Slice, Text
from tasks.evaluation.wording import Floats, said, vectors

THINGS = ("lamp", "coat", "mug", "rug", "fan", "bike", "sofa", "tent", "vase", "desk")


def cases(n: int = 40, intent: str = "order") -> list[Text]:
    return [
        Text(intent, f"Where is my {THINGS[i % 10]}? It has not come, order {i}." + " Please help." * (i % 4), f"k{i}")
        for i in range(n)
    ]


def asked(n: int = 200) -> list[Text]:
    """The same again and again."""
    return [Text("order", cases()[i % 40].text) for i in range(n)]


def coverage(cases: list[Text], asked: list[Text]) -> Coverage:
    """By wording, which is quick, and near enough to meaning in these texts."""
    return covering.coverage(cases, asked, vectors)


def found(result: Coverage, kind: str) -> dict[str, Slice]:
    return {one.name: one for one in result.slices if one.kind == kind}


def test_a_set_that_is_like_production_misses_nothing() -> None:
    result = coverage(cases(), asked())
    assert [one for one in result.slices if one.missed] == []
    assert (result.cases, result.requests, result.groups) == (40, 200, ())
    assert found(result, "intent") == {"order": Slice("intent", "order", 40, 200, False)}


@pytest.mark.parametrize(
    ("cases_of_it", "requests_of_it", "missed"), [(0, 5, True), (0, 4, False), (1, 100, True), (13, 100, False)]
)
def test_an_intent_with_too_few_cases(cases_of_it: int, requests_of_it: int, missed: bool) -> None:
    told = [*cases(), *cases(cases_of_it, "refund")]
    requests = [*asked(), *(one._replace(intent="refund") for one in asked(requests_of_it))]
    assert found(coverage(told, requests), "intent")["refund"].missed is missed


def test_languages_and_lengths() -> None:
    german = [Text("order", "Ich habe mein Paket noch nicht bekommen, wo ist es? " * 5)] * 60
    result = coverage(cases(), [*asked(), *german])
    assert found(result, "language")["de"].missed
    lengths = list(found(result, "length").values())
    assert sum(one.cases for one in lengths) == 40
    assert sum(one.requests for one in lengths) == 260
    assert [one.name for one in lengths if one.missed] == ["84 to 260"]


def test_requests_worded_like_no_case_are_grouped() -> None:
    odd = [Text("order", f"My invoice shows the wrong VAT, please correct it ({i})") for i in range(6)]
    result = coverage(cases(), [*asked(), *odd, Text("order", "zzz qqq")])
    assert result.far == 7
    assert [group.requests for group in result.groups] == [6, 1]
    assert "invoice" in result.groups[0].example


def test_too_few_clusters_to_know_what_is_near() -> None:
    result = coverage(cases(19), asked())
    assert (result.bound, result.far, result.groups) == (None, 0, ())


def test_likeness_is_of_meaning() -> None:
    """Of the set that we ship: questions in other words and another language are near a case, other matters are not."""

    def embed(texts: Sequence[str]) -> Floats:
        return np.asarray(sentences.vectors(texts), dtype=np.float32)

    root = Path(__file__).resolve().parents[3] / "evalsets"
    dev = [case for case in evalset.read(root, "order-extract").cases if case.split == "dev"]
    known = [Text(case.intent, said(case.variables), case.group) for case in dev]
    near = ["The vase arrived in pieces, I'd like a refund.", "Ihr Paket ist nicht gekommen, wo bleibt meine Lampe?"]
    far = ["Write a poem about the sea.", "Please write me a haiku on waves."]
    result = covering.coverage(known, [Text("order", text) for text in (*near, *far)], embed)
    assert (result.far, [group.requests for group in result.groups]) == (2, [2])
    assert result.groups[0].example == far[0]
