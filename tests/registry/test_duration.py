from __future__ import annotations

from datetime import timedelta

import pytest

from registry.duration import parse, show


@pytest.mark.parametrize(("text", "seconds"), [
    ("250ms", 0.25), ("0s", 0), ("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604_800),
])  # fmt: skip
def test_parse(text: str, seconds: float) -> None:
    assert parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("wrong", ["", "15", "1.5h", "-1s", "1 h", "h", "1w", 15, None, "1m\n"])
def test_parse_refuses(wrong: object) -> None:
    with pytest.raises(ValueError, match="15m"):
        parse(wrong)


@pytest.mark.parametrize("text", ["0s", "250ms", "90s", "61m", "2h", "7d"])
def test_show_is_the_shortest_exact_spelling(text: str) -> None:
    assert show(parse(text)) == text
