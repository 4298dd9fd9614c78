"""What the local models really did under known changes: the contract sees a hidden prefix in one call."""

from __future__ import annotations

import pytest

from tasks.drift import contract
from tasks.drift.contract import Level, Observed, Reference
from tests.tasks.drift.recordings.record import HERE, load

pytestmark = pytest.mark.skipif(not HERE.exists(), reason="record first: python -m tests.tasks.drift.recordings.record")


@pytest.mark.parametrize(
    ("scenario", "level"), [("again", Level.SAME), ("prefix", Level.CHANGED), ("swap", Level.CHANGED)]
)
@pytest.mark.parametrize("message", range(len(contract.CANONICAL)))
def test_the_prompt_tokens_of_one_message_are_enough(scenario: str, level: Level, message: int) -> None:
    known = load()
    then, now = ((known[name]["prompt_tokens"][message],) for name in ("same", scenario))
    observed = Observed(None, None, now, calls=1)
    assert contract.settle(Reference(None, None, then), observed, observed).level is level


def test_the_same_arithmetic_gives_the_same_numbers() -> None:
    known = load()
    again = known["again"]["first_tokens"]
    assert again == {word: known["same"]["first_tokens"][word] for word in again}
