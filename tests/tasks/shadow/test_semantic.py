from __future__ import annotations

from collections.abc import Sequence

import pytest

from registry.artifact import Guard
from registry.errors import ModelRejected
from tasks.release.verdict import Verdict
from tasks.shadow import semantic
from tasks.shadow.decide import decide
from tasks.shadow.replaying import Replayed
from tasks.shadow.sample import Sample
from tests.tasks.shadow.made import answered, pair

SAME = [pair(n, answered("old"), intent="refund" if n % 2 else "order") for n in range(200)]
MOVED = [pair(n, answered("far away"), intent="refund" if n % 2 else "order") for n in range(200)]


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """`old` points one way, everything else at a right angle to it."""

    def vectors(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] if text == "old" else [0.0, 2.0] for text in texts]

    monkeypatch.setattr(semantic, "vectors", vectors)


def test_pairs_by_intent() -> None:
    replayed = [*SAME[:100], *MOVED[100:], pair(900, answered(None))]
    rows = {row["intent"]: row for row in semantic.rows(semantic.distances(replayed), replayed)}
    assert set(rows) == {"all", "order", "refund"}
    assert rows["all"]["value"] == pytest.approx(0.5)
    assert rows["all"]["low"] < 0.5 < rows["all"]["high"]
    assert (rows["all"]["n"], rows["all"]["without"], rows["order"]["p90"]) == (200, 1, 1.0)


def test_without_the_encoder_it_is_not_measured_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def vectors(_: Sequence[str]) -> list[list[float]]:
        raise ModelRejected("The sentence encoder is not installed", expected="it", fix="Install it")

    monkeypatch.setattr(semantic, "vectors", vectors)
    found = semantic.distances(MOVED)
    assert (found.lacking, semantic.rows(found, MOVED)) == ("The sentence encoder is not installed", [])
    assert set(found.of.values()) == {None}


@pytest.mark.parametrize(("replayed", "verdict"), [(SAME, Verdict.PASS), (MOVED, Verdict.REJECT)])
def test_a_guard_of_the_note_decides(replayed: list[Replayed], verdict: Verdict) -> None:
    declared = [Guard(metric="semantic_distance", max=0.2)]
    found = semantic.guards(declared, semantic.distances(replayed), replayed)
    assert decide(Sample(tuple(found), 200, 200)).verdict is verdict


@pytest.mark.parametrize(("per", "intents"), [("all", ["all"]), ("intent", ["all", "order", "refund"])])
def test_a_guard_by_intent_has_a_row_for_each(per: str, intents: list[str]) -> None:
    declared = [Guard.model_validate({"metric": "semantic_distance", "max": 0.2, "per": per})]
    assert [one.intent for one in semantic.guards(declared, semantic.distances(SAME), SAME)] == intents
