from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.monitor.answer import Past, after_breach, after_harm

NOW = datetime(2026, 11, 21, tzinfo=UTC)
YOUNG = Past(promoted_at=NOW - timedelta(days=1), target="v1")


@pytest.mark.parametrize(
    ("past", "rolls_back", "why"),
    [
        (YOUNG, True, "back to v1"),
        (replace(YOUNG, target=None), False, "no certified version"),
        (replace(YOUNG, rolled_back_at=NOW - timedelta(hours=23)), False, "a machine rolled it back"),
        (replace(YOUNG, rolled_back_at=NOW - timedelta(hours=24)), True, "back to v1"),
        (replace(YOUNG, promoted_at=NOW - timedelta(days=30)), True, "back to v1"),
    ],
)
def test_harm_against_the_holdback_takes_the_new_version_away(past: Past, rolls_back: bool, why: str) -> None:
    found = after_harm(past, NOW)
    assert found.rolls_back is rolls_back
    assert why in found.why


@pytest.mark.parametrize(
    ("past", "kept", "others", "rolls_back", "why"),
    [
        (YOUNG, True, (), True, "back to v1"),
        (YOUNG, False, (), False, "v1 is not known to have kept this level"),
        (YOUNG, True, ("other",), False, "not the prompt: other on the same model"),
        (replace(YOUNG, promoted_at=NOW - timedelta(days=8)), True, (), False, "no promotion within"),
        (replace(YOUNG, promoted_at=None), True, (), False, "no promotion within"),
        (replace(YOUNG, target=None), False, (), False, "no certified version"),
        (replace(YOUNG, rolled_back_at=NOW), True, (), False, "a machine rolled it back"),
    ],
)
def test_a_broken_level_is_the_prompts_fault_only_where_all_else_speaks_for_it(
    past: Past, kept: bool, others: tuple[str, ...], rolls_back: bool, why: str
) -> None:
    found = after_breach(past, NOW, kept=kept, others=others)
    assert found.rolls_back is rolls_back
    assert why in found.why
