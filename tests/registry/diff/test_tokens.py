from __future__ import annotations

import pytest

from registry.diff.tokens import estimate, text_sent


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("The quick brown fox jumps over the lazy dog.", 9, 13),
        ("word " * 750, 850, 1150),
        ("漢字かな", 4, 5),
        ("antidisestablishmentarianism", 3, 7),
    ],
)
def test_estimates(text: str, low: int, high: int) -> None:
    assert low <= estimate(text) <= high


def test_all_that_is_sent_counts() -> None:
    components = {
        "prompt": {"messages": [{"role": "user", "content": "one"}]},
        "safety": {"text": "two"},
        "tools": [{"name": "three"}],
    }
    assert text_sent(components) == 'one\ntwo\n{"name": "three"}'
