from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from registry.artifact import Risk
from tasks.gate.decide import decide, rule
from tasks.gate.look import CasePair, Check, Look
from tasks.release.verdict import Verdict

NAN = math.nan


def case(index: int, candidate: Sequence[float], live: Sequence[float], **more: object) -> CasePair:
    fields = {"cluster": f"k{index}", "intent": "all"} | more
    return CasePair(f"c{index:04d}", candidate=tuple(candidate), live=tuple(live), **fields)  # type: ignore[arg-type]


def look(pairs: Sequence[CasePair], rounds_max: int = 5, margin: float = 0.05, risk: Risk = "medium") -> Look:
    return Look(tuple(pairs), len(pairs[0].candidate), rounds_max, margin, risk)


def same(n: int, rounds: int = 1) -> list[CasePair]:
    return [case(index, [1.0] * rounds, [1.0] * rounds) for index in range(n)]


def noisy(n: int, drop: float = 0.0, *, seed: int = 1, rounds: int = 5) -> list[CasePair]:
    """Cases of easy and hard kinds; the candidate's chance of success is lower by `drop`."""
    rng = random.Random(seed)
    chances = [rng.choice([0.2, 0.9, 1.0, 1.0]) for _ in range(n)]

    def draw(chance: float) -> list[float]:
        return [float(rng.random() < chance) for _ in range(rounds)]

    return [case(index, draw(chance - drop), draw(chance)) for index, chance in enumerate(chances)]


@pytest.mark.parametrize(
    ("n", "rounds_done", "risk", "margin", "verdict", "more"),
    [
        (100, 1, "medium", 0.05, Verdict.PASS, False),
        (50, 1, "medium", 0.05, Verdict.INCONCLUSIVE, True),
        (50, 5, "medium", 0.05, Verdict.INCONCLUSIVE, False),
        (99, 5, "high", 0.03, Verdict.INCONCLUSIVE, False),
        (40, 1, "low", 0.10, Verdict.PASS, False),
        (39, 5, "low", 0.10, Verdict.INCONCLUSIVE, False),
        (100, 1, "high", 0.03, Verdict.INCONCLUSIVE, True),
    ],
)
def test_no_difference_at_all(
    n: int, rounds_done: int, risk: Risk, margin: float, verdict: Verdict, *, more: bool
) -> None:
    found = decide(look(same(n, rounds_done), margin=margin, risk=risk))
    assert (found.verdict, found.needs_more_round) == (verdict, more)


def test_no_difference_passes_with_a_bound_of_its_own() -> None:
    found = decide(look(same(100)))
    assert found.live is not None
    assert found.live.low == pytest.approx(-0.039, abs=5e-4)
    assert found.reason == (
        "Not worse by 5.0 points or more, proved: against live +0.0 points (interval -3.9 to +3.9); "
        "n = 100 cases, round 1 of 5."
    )


def test_proved_worse_rejects_inside_the_margin() -> None:
    pairs = [case(index, [0.0 if index < 8 else 1.0], [1.0]) for index in range(400)]
    found = decide(look(pairs, rounds_max=1))
    assert found.live is not None
    assert -0.05 < found.live.low < found.live.high < 0
    assert found.verdict is Verdict.REJECT
    assert found.reason.startswith("Worse than live, proved: against live -2.0 points (interval")


def test_better_than_live_says_so() -> None:
    pairs = [case(index, [1.0], [0.0 if index < 30 else 1.0]) for index in range(120)]
    found = decide(look(pairs))
    assert (found.verdict, found.beats_anchor) == (Verdict.PASS, True)
    assert found.reason.startswith("Better than live, proved")


@pytest.mark.parametrize(
    ("lost", "verdict", "beats"), [(0, Verdict.PASS, False), (40, Verdict.REJECT, False), (-40, Verdict.PASS, True)]
)
def test_the_anchor_has_a_say(lost: int, verdict: Verdict, *, beats: bool) -> None:
    """Equal to live, while the anchor wins (or loses) `lost` of 200 cases."""
    scores = [(1.0, 0.0) if index < abs(lost) else (1.0, 1.0) for index in range(200)]
    pairs = [
        case(index, [min(pair) if lost > 0 else 1.0], [min(pair) if lost > 0 else 1.0])
        for index, pair in enumerate(scores)
    ]
    anchors = [1.0 if lost > 0 else min(pair) for pair in scores]
    pairs = [replace(pair, anchor=(score,)) for pair, score in zip(pairs, anchors, strict=True)]
    found = decide(look(pairs))
    assert (found.verdict, found.beats_anchor) == (verdict, beats)
    assert found.anchor is not None
    assert "against the anchor" in found.reason


def test_undecided_after_the_last_round_names_the_cases_needed() -> None:
    found = decide(look(noisy(110, 0.02), margin=0.02))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert not found.needs_more_round
    assert found.cases_needed is not None
    assert found.cases_needed > 110
    assert f"about {found.cases_needed} cases" in found.reason


def test_too_few_cases_say_how_many_are_missing() -> None:
    assert "69 cases can reject, not pass at medium risk: 31 more are needed." in decide(look(same(69, 5))).reason


@pytest.mark.parametrize(
    ("runs", "rounds_done", "verdict", "more"),
    [
        ((True, True, True), 1, Verdict.PASS, False),
        ((True, False, True), 1, Verdict.REJECT, False),
        ((True,), 1, Verdict.INCONCLUSIVE, True),
        ((True, True, None), 5, Verdict.ERROR, False),
    ],
)
def test_must_pass(runs: tuple[bool | None, ...], rounds_done: int, verdict: Verdict, *, more: bool) -> None:
    pairs = same(100, rounds_done)
    pairs[7] = replace(pairs[7], must_pass=runs)
    found = decide(look(pairs))
    assert (found.verdict, found.needs_more_round) == (verdict, more)
    assert found.must_pass_failures == (("c0007",) if verdict is Verdict.REJECT else ())


def test_a_proved_reject_is_not_hidden_by_missing_scores() -> None:
    pairs = [replace(pair, candidate=(NAN,)) for pair in same(100)]
    pairs[0] = replace(pairs[0], must_pass=(False, None))
    assert decide(look(pairs)).verdict is Verdict.REJECT


def test_what_a_person_has_to_confirm_does_not_pass_by_itself() -> None:
    found = decide(replace(look(same(100)), confirm=("safety case 'c0003' was failed by the judge",)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert not found.needs_more_round
    assert "A person has to confirm: safety case 'c0003'" in found.reason


def test_the_pure_rule_answers_a_missing_score_with_error() -> None:
    pairs = same(100)
    pairs[0] = replace(pairs[0], live=(NAN,))
    assert rule(look(pairs)).verdict is Verdict.ERROR


def test_no_cases_are_an_error() -> None:
    assert decide(Look((), 1, 5, 0.05, "medium")).verdict is Verdict.ERROR


@pytest.mark.parametrize("seed", range(40))
def test_order_of_cases_and_names_of_clusters_do_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    pairs = [
        replace(
            pair, cluster=f"k{index // 3}", intent=f"i{index % 4}", checks={"schema": Check(pair.candidate, pair.live)}
        )
        for index, pair in enumerate(noisy(130, 0.02 * (seed % 6), seed=seed))
    ]
    names = {pair.cluster: f"renamed {rng.random()}" for pair in pairs}
    again = [replace(pair, cluster=names[pair.cluster]) for pair in pairs]
    rng.shuffle(again)
    assert decide(look(again)) == decide(look(pairs))


@pytest.mark.parametrize("seed", range(40))
def test_swapping_arms_mirrors_the_interval(seed: int) -> None:
    pairs = noisy(120, 0.1, seed=seed)
    swapped = [replace(pair, candidate=pair.live, live=pair.candidate) for pair in pairs]
    one, other = decide(look(pairs)).live, decide(look(swapped)).live
    assert one is not None
    assert other is not None
    assert (other.low, other.high) == (-one.high, -one.low)


@pytest.mark.parametrize(
    ("pairs", "rounds"),
    [
        ([case(0, [1.0], [1.0]), case(0, [1.0], [1.0])], 1),
        ([case(0, [1.0], [1.0, 1.0])], 1),
        ([case(0, [1.0], [1.0], anchor=(1.0,)), case(1, [1.0], [1.0])], 1),
        ([case(0, [1.0], [1.0], checks={"schema": Check((1.0,), ())})], 1),
    ],
    ids=["case twice", "rounds differ", "anchor of some", "check without live"],
)
def test_a_look_that_does_not_fit_together_is_refused(pairs: list[CasePair], rounds: int) -> None:
    with pytest.raises(ValueError, match=r"case|round|anchor"):
        Look(tuple(pairs), rounds, 5, 0.05, "medium")
