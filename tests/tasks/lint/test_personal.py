from __future__ import annotations

import pytest

from tasks.lint.personal import checked, kinds


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("write to jane.miller@gmail.com", "an e-mail address"),
        ("4929 1234 5678 9015", "a card number"),
        ("4929123456789015", "a card number"),
        ("DE02 1203 0000 0000 2020 51", "an IBAN"),
        ("FR1420041010050500013M02606", "an IBAN"),
        ("+49 30 901820 33", "a phone number"),
        ("(212) 736-5000", "a phone number"),
        ("078-05-1120", "a social security number"),
    ],
)
def test_found(line: str, kind: str) -> None:
    assert kinds(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "jane@example.com",
        "jane@mail.example.org, jane@shop.test",
        "support@shop.eu, no-reply@shop.eu",
        "4242 4242 4242 4242",
        "4929 1234 5678 9012",
        "DE02 1203 0000 0000 2020 52",
        "DE89 3704 0044 0532 0130 00",
        "415-555-0132",
        "created: 1690295874454",
        "order H-20875, 2026-03-21, 10:30",
        "version 1.22.333.4444",
        "000-12-3456",
        "a@b",
        "",
    ],
)
def test_near_misses(line: str) -> None:
    assert kinds(line) == []


def test_what_a_checksum_stands_behind() -> None:
    assert checked("a card number")
    assert not checked("a phone number")
