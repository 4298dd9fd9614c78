from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.release.verdict import GuardVerdict, Verdict
from tasks.shadow.decide import decide
from tasks.shadow.sample import ALL, Guard, Replay, Sample


def guard(
    lost: int = 0,
    n: int = 200,
    margin: float = 0.10,
    *,
    base: int = 10,
    metric: str = "schema_ok",
    intent: str = ALL,
    candidate_gone: int = 0,
    baseline_gone: int = 0,
) -> Guard:
    """`base` traces are bad in both versions, `lost` more only in the candidate's; the last ones may lack a value."""
    replays = [Replay(f"u{index}", float(index < base + lost), float(index < base)) for index in range(n)]
    cut = n - candidate_gone
    replays = replays[:cut] + [replay._replace(candidate=None) for replay in replays[cut:]]
    cut = n - baseline_gone
    replays = replays[:cut] + [replay._replace(baseline=None) for replay in replays[cut:]]
    return Guard(metric, intent, margin, tuple(replays))


def sample(*guards: Guard) -> Sample:
    return Sample(guards, found=200, minimum=200)


@pytest.mark.parametrize(
    ("lost", "verdict", "row"),
    [
        (0, Verdict.PASS, GuardVerdict.PASS),
        (8, Verdict.PASS, GuardVerdict.PASS),
        (20, Verdict.INCONCLUSIVE, GuardVerdict.INSUFFICIENT),
        (28, Verdict.INCONCLUSIVE, GuardVerdict.INSUFFICIENT),
        (40, Verdict.REJECT, GuardVerdict.BREACH),
    ],
)
def test_harm_against_the_margin(lost: int, verdict: Verdict, row: GuardVerdict) -> None:
    found = decide(sample(guard(lost)))
    assert found.verdict is verdict
    assert found.rows[0].verdict is row


def test_a_harm_that_is_proved_names_size_interval_and_n() -> None:
    assert decide(sample(guard(40))).reason == (
        "Harm beyond the margin, proved: schema_ok up (all) changed by +0.196 of its scale "
        "(interval +0.149 to +0.243, margin 0.100, n = 200 traces of 200 units)."
    )


def test_many_guards_raise_the_bar() -> None:
    others = [guard(intent=f"i{index}") for index in range(40)]
    assert decide(sample(guard(31))).verdict is Verdict.REJECT
    assert decide(sample(guard(31), *others)).verdict is Verdict.INCONCLUSIVE


def test_what_the_sample_cannot_test_is_left_to_the_canary() -> None:
    found = decide(sample(guard(), guard(metric="refusal", margin=0.005)))
    assert found.verdict is Verdict.PASS
    assert found.left_to_canary == ("refusal up (all)",)
    assert found.reason.endswith("1 guards are left to the canary.")


def test_a_sample_that_can_test_nothing_passes_nothing() -> None:
    found = decide(sample(guard(margin=0.005)))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.startswith("Cannot tell: this sample is too small to test any guard.")
    assert decide(sample()).verdict is Verdict.INCONCLUSIVE


def test_harm_that_nobody_planned_for_still_rejects() -> None:
    assert decide(sample(guard(20, margin=0.005))).verdict is Verdict.REJECT


def test_the_planned_power_does_not_look_at_the_candidate() -> None:
    first, second = decide(sample(guard(0))), decide(sample(guard(60)))
    assert first.rows[0].power == second.rows[0].power


def test_a_planned_spread_replaces_the_independent_one() -> None:
    wide = guard(base=100, margin=0.07)
    assert not decide(sample(wide)).rows[0].tested
    assert decide(sample(replace(wide, spread=0.2))).rows[0].tested


def test_traces_of_one_unit_count_once() -> None:
    alone = guard(40, margin=0.12)
    tied = replace(alone, replays=tuple(replay._replace(unit=f"u{i // 10}") for i, replay in enumerate(alone.replays)))
    assert decide(sample(alone)).verdict is Verdict.REJECT
    assert decide(sample(tied)).verdict is Verdict.INCONCLUSIVE
    assert decide(sample(tied)).rows[0].change.units == 20


@pytest.mark.parametrize(
    ("lost", "candidate_gone", "baseline_gone", "verdict", "row"),
    [
        (0, 5, 0, Verdict.PASS, GuardVerdict.PASS),
        (0, 25, 0, Verdict.INCONCLUSIVE, GuardVerdict.INSUFFICIENT),
        (40, 0, 20, Verdict.INCONCLUSIVE, GuardVerdict.INSUFFICIENT),
        (40, 5, 0, Verdict.REJECT, GuardVerdict.BREACH),
        (0, 200, 0, Verdict.INCONCLUSIVE, GuardVerdict.MISSING),
    ],
)
def test_a_missing_value_never_helps(
    lost: int, candidate_gone: int, baseline_gone: int, verdict: Verdict, row: GuardVerdict
) -> None:
    found = decide(sample(guard(lost, candidate_gone=candidate_gone, baseline_gone=baseline_gone)))
    assert (found.verdict, found.rows[0].verdict) == (verdict, row)
    assert found.rows[0].unpaired == candidate_gone + baseline_gone


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unreplayed": 80, "stopped": "the budget is used up"}, "80 traces were not replayed: the budget is used up."),
        ({"found": 120}, "120 traces were found, 200 are wanted."),
        ({"missing_variables": ("tone", "lang")}, "The candidate's variables 'tone', 'lang' are in no trace."),
    ],
)
def test_an_incomplete_sample_passes_nothing_and_can_reject(changed: dict[str, object], said: str) -> None:
    incomplete = replace(sample(guard()), **changed)  # type: ignore[arg-type]
    found = decide(incomplete)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert said in found.reason
    assert decide(replace(incomplete, guards=(guard(40),))).verdict is Verdict.REJECT


def test_conversations_that_ended_early_are_counted() -> None:
    found = decide(replace(sample(guard()), ended_early=3))
    assert found.ended_early == 3
    assert "3 conversations ended at a tool call that was not recorded." in found.reason


def test_one_guard_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        decide(sample(guard(), guard()))
