from __future__ import annotations

from dataclasses import replace

import pytest

from tasks.drift.contract import CANONICAL, Contract, Level, Observed, Reference, compare, settle, wants_retry

REFERENCE = Reference(
    "m-1",
    "fp-1",
    (4, 6, 21, 25, 20),
    {"temperature": True, "logprobs": True, "seed": False},
    frozenset({"length", "stop"}),
)
SAME = Observed("m-1", "fp-1", (4, 6, 21, 25, 20), REFERENCE.capabilities, frozenset({"length"}), calls=5)


def test_five_messages_are_counted() -> None:
    assert len(set(CANONICAL)) == len(CANONICAL) == 5


@pytest.mark.parametrize(
    ("change", "level", "sentence"),
    [
        ({}, Level.SAME, None),
        ({"prompt_tokens": (7, 9, 24, 28, 23)}, Level.CHANGED, "prompt tokens was 4/6/21/25/20, is 7/9/24/28/23"),
        ({"response_model": "m-2"}, Level.CHANGED, "response model was 'm-1', is 'm-2'"),
        ({"finish_reasons": frozenset({"content_filter"})}, Level.CHANGED, None),
        ({"capabilities": {"temperature": False}}, Level.BROKEN, "temperature was supported, is refused"),
        ({"capabilities": {"logprobs": False}}, Level.CHANGED, "logprobs was supported, is refused"),
        ({"refused": 5}, Level.BROKEN, "requests was accepted, is rejected by the provider"),
        ({"capabilities": {"logprobs": True, "seed": True}}, Level.NOTED, "seed was refused, is supported"),
        ({"system_fingerprint": "fp-2"}, Level.NOTED, None),
        ({"capabilities": {}, "response_model": None, "prompt_tokens": (4, None, 21, 25, 20)}, Level.SAME, None),
    ],
)
def test_what_differs_twice_counts(change: dict[str, object], level: Level, sentence: str | None) -> None:
    observed = replace(SAME, **change)  # type: ignore[arg-type]
    settled = settle(REFERENCE, observed, observed)
    assert settled.level is level
    assert sentence is None or [finding.sentence for finding in settled.findings] == [sentence]


def test_nothing_is_said_before_the_second_probe() -> None:
    moved = replace(SAME, response_model="m-2")
    assert wants_retry(compare(REFERENCE, moved))
    assert settle(REFERENCE, moved).level is Level.SAME
    assert settle(REFERENCE, moved, SAME).level is Level.SAME


def test_the_second_probe_may_see_less_of_the_same_change() -> None:
    first, second = (replace(SAME, prompt_tokens=tokens) for tokens in ((7, 9, 24, 28, 23), (7, None, 24, 28, None)))
    assert settle(REFERENCE, first, second).level is Level.CHANGED


def test_lost_calls_are_no_change() -> None:
    lost = Observed(None, None, (None,) * 5, calls=5, failed=5)
    assert settle(REFERENCE, lost) == Contract(Level.SAME, (), 5, 5)
    assert settle(REFERENCE, lost).error_rate == lost.error_rate == 1.0


def test_the_worst_comes_first() -> None:
    both = replace(SAME, refused=1, system_fingerprint="fp-2", response_model="m-2")
    assert [finding.level for finding in compare(REFERENCE, both)] == [Level.BROKEN, Level.CHANGED, Level.NOTED]
