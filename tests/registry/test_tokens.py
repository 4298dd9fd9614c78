from __future__ import annotations

import pytest

from registry.tokens import estimated, of_messages


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("The quick brown fox jumps over the lazy dog.", 9, 13),
        ("word " * 750, 850, 1150),
        ("漢字かな", 2, 5),
        ("antidisestablishmentarianism", 3, 7),
    ],
)
def test_estimates(text: str, low: int, high: int) -> None:
    assert low <= estimated(text) <= high


def test_messages_have_a_frame() -> None:
    assert of_messages(["one", "two"]) == estimated("one") + estimated("two") + 8
