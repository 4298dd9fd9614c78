from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.report.showing import lasted, money, percent, plain, signed, when


@pytest.mark.parametrize(
    ("value", "plainly", "with_sign"),
    [
        (None, "\u2013", "\u2013"),
        (0.0, "0", "0"),
        (-0.0, "0", "0"),
        (0.1234, "0.123", "+0.123"),
        (-12.34, "\u221212.3", "\u221212.3"),
        (12345.6, "12,346", "+12,346"),
        (-0.000013, "\u22120.000013", "\u22120.000013"),
        (1e-30, "1e-30", "+1e-30"),
    ],
)
def test_numbers(value: float | None, plainly: str, with_sign: str) -> None:
    assert (plain(value), signed(value)) == (plainly, with_sign)


@pytest.mark.parametrize(
    ("value", "said"), [(None, "\u2013"), (0.093, "+9.3 %"), (-0.18, "\u221218.0 %"), (-0.0001, "0.0 %")]
)
def test_shares(value: float | None, said: str) -> None:
    assert percent(value) == said


@pytest.mark.parametrize(("value", "said"), [(None, "unknown"), (0.0, "0.00"), (0.00123, "0.00123"), (12.5, "12.50")])
def test_unknown_money_is_no_zero(value: float | None, said: str) -> None:
    assert money(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (48, "48 s"), (232, "3 min 52 s"), (7_500, "2 h 5 min"), (259_200, "3 d")]
)
def test_spans(seconds: float, said: str) -> None:
    assert lasted(timedelta(seconds=seconds)) == said


def test_times() -> None:
    assert (when(None), when(datetime(2026, 11, 21, 8, tzinfo=UTC))) == ("not yet", "2026-11-21 08:00:00")
