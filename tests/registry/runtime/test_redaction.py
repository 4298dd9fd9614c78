from __future__ import annotations

import pytest

from registry.runtime.redaction import redact, redact_values


@pytest.mark.parametrize(
    ("text", "expected", "kinds"),
    [
        ("write to ana.b+x@example.co.uk now", "write to [email] now", ("email",)),
        ("card 4111 1111 1111 1111.", "card [card].", ("card",)),
        ("iban DE89 3704 0044 0532 0130 00 ok", "iban [iban] ok", ("iban",)),
        ("call +49 30 901820 1234", "call [phone]", ("phone",)),
        ("call (415) 555-0132 today", "call [phone] today", ("phone",)),
        ("ssn 123-45-6789", "ssn [ssn]", ("ssn",)),
        ("key sk-ant-api03-abcdefghijklmnop", "key [secret]", ("secret",)),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]", ("secret",)),
        ("Authorization: Bearer abcdefghijklmnop123", "Authorization: Bearer [secret]", ("secret",)),
        ("password=hunter22&x=1", "password=[secret]&x=1", ("secret",)),
        ("a@b.io and 4111111111111111", "[email] and [card]", ("card", "email")),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc", "[private_key]", ("private_key",)),
    ],
)
def test_found(text: str, expected: str, kinds: tuple[str, ...]) -> None:
    found = redact(text)
    assert (found.text, found.kinds) == (expected, kinds)
    assert redact(found.text).text == found.text


@pytest.mark.parametrize(
    "text",
    [
        "order A-10293 of the blue lamp",
        "order 4111111111111112",
        "ORD-2024-000123 and 1234567890123",
        "version 1.2.3-456",
        "at 2026-11-21T02:00:00Z, 192.168.10.1",
        "price 1,299.00 EUR, 3 x 250 g",
        "rel_0198f2a1b2c37d4e8f90a1b2c3d4e5f6",
        "ask me about passwords",
        "GB12 is not an account",
    ],
)
def test_kept(text: str) -> None:
    assert redact(text).text == text


def test_values_say_where() -> None:
    found: list[str] = []
    value = {"message": "I am a@b.io", "n": 3, "list": ["x", "c@d.io"]}
    assert redact_values(value, "variables", found) == {"message": "I am [email]", "n": 3, "list": ["x", "[email]"]}
    assert found == ["variables.message:email", "variables.list:email"]


def test_long_text_takes_no_longer_than_it_should() -> None:
    for text in ("a" * 200_000, "1 " * 100_000, "@a." * 60_000, "+1 " * 60_000, "eyJ" * 60_000):
        redact(text)
