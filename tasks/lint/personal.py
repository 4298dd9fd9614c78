"""Personal data in a text, by the same patterns and checksums that clean the traces.

Left out is what belongs to nobody: names and numbers that standards reserve for examples (RFC 2606 domains, 555-01xx
phone numbers), the test cards that payment providers print, and mailboxes of a role (support@, info@).
"""

from __future__ import annotations

import re
from functools import lru_cache

from registry.runtime.redaction import redact

_KINDS = {
    "card": "a card number",
    "email": "an e-mail address",
    "iban": "an IBAN",
    "phone": "a phone number",
    "ssn": "a social security number",
}
_RESERVED = re.compile(
    r"[\w.%+-]+@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.(?:com|org|net|edu))?(?![\w.-]*\w)"
    r"|\b(?:abuse|accounts?|admin|billing|careers|contact|feedback|hello|help|helpdesk|info|jobs|legal|mail|marketing|no-?reply"
    r"|office|orders?|postmaster|press|privacy|returns|sales|security|service|support|team|webmaster)@[\w.-]+"
    r"|(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]555[ .-]01\d\d\b|\+44 ?(?:\(0\) ?)?7700[ .-]?900\d{3}\b",
    re.IGNORECASE,
)
_TEST_CARDS = frozenset(
    (
        "4242424242424242", "4111111111111111", "4000056655665556", "4012888888881881", "5555555555554444",
        "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "6011000990139424",
        "30569309025904", "38520000023237", "3530111333300000", "3566002020360505", "0000000000000000",
    )
)  # fmt: skip
_DIGITS = re.compile(r"(?<![\w+])[0-9](?:[ -]?[0-9]){12,18}\b")
_NETWORK = re.compile(r"4\d{12,18}|3\d{13,18}|[256]\d{15,18}")
"""First digits of ISO/IEC 7812 that cards for payment have, at their lengths: times in milliseconds begin with 1."""

_TEST_IBANS = re.compile(r"\b(?:DE89 ?3704 ?0044 ?0532 ?0130 ?00|GB(?:82|29) ?(?:WEST|NWBK)[\d ]{14,18})")


def kinds(line: str) -> list[str]:
    """What stands in one line of text, as words, sorted by kind."""
    return list(_kinds(line)) if any(mark in line for mark in "@0123456789") else []


@lru_cache(maxsize=16_384)
def _kinds(line: str) -> tuple[str, ...]:
    """Remembered: the versions of a prompt share most lines."""
    cleaned = _TEST_IBANS.sub(" ", _RESERVED.sub(" ", line))
    found = set(redact(cleaned).kinds)
    if "card" in found and "card" not in redact(_DIGITS.sub(_unless_no_card, cleaned)).kinds:
        found.discard("card")
    return tuple(words for kind, words in _KINDS.items() if kind in found)


def checked(kind: str) -> bool:
    """Whether a checksum or a fixed form stands behind it."""
    return kind not in (_KINDS["email"], _KINDS["phone"])


def _unless_no_card(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group())
    return " " if digits in _TEST_CARDS or not _NETWORK.fullmatch(digits) else match.group()
