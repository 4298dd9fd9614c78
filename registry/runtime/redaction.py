"""Secrets and personal data are taken out of texts before anything is written.

Own patterns; card numbers and IBANs only with a right checksum, so that order numbers stay. What is found is replaced
by `[kind]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Redacted:
    """`kinds` are those that were found, sorted, each once."""

    text: str
    kinds: tuple[str, ...] = ()


class _Rule(NamedTuple):
    kind: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool]


def redact(text: str) -> Redacted:
    """`text` with every finding replaced. Running it twice changes nothing more."""
    kinds: set[str] = set()
    for rule in _rules():
        text = _apply(rule, text, kinds)
    return Redacted(text, tuple(sorted(kinds)))


def redact_values(value: Any, where: str, found: list[str]) -> Any:
    """A JSON value with its strings redacted; `found` gets `<where>:<kind>`, where with the path into the value."""
    if isinstance(value, str):
        result = redact(value)
        found.extend(f"{where}:{kind}" for kind in result.kinds)
        return result.text
    if isinstance(value, dict):
        return {key: redact_values(inner, f"{where}.{key}", found) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_values(inner, where, found) for inner in value]
    return value


def _apply(rule: _Rule, text: str, kinds: set[str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        if not rule.holds(match.group()):
            return match.group()
        kinds.add(rule.kind)
        return f"[{rule.kind}]"

    return rule.pattern.sub(replaced, text)


def _always(_: str) -> bool:
    return True


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B, over 13 to 19 digits."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(text: str) -> bool:
    """ISO 13616: the number with its head moved to the end is 1 modulo 97."""
    compact = "".join(text.split()).upper()
    number = "".join(str(int(character, 36)) for character in compact[4:] + compact[:4])
    return 15 <= len(compact) <= 34 and int(number) % 97 == 1


def _phone(text: str) -> bool:
    return 9 <= sum(character.isdigit() for character in text) <= 15


def _rule(kind: str, pattern: str, holds: Callable[[str], bool] = _always) -> _Rule:
    return _Rule(kind, re.compile(pattern), holds)


@cache
def _rules() -> tuple[_Rule, ...]:
    """Compiled when the first text is cleaned, so that importing the client stays cheap."""
    return (
        _rule("private_key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
        _rule(
            "secret",
            r"\b(?:sk-(?:ant-|proj-)?[A-Za-z0-9_-]{16,}|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}"
            r"|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}"
            r"|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})",
        ),
        _rule(
            "secret",
            r"(?i)(?<=bearer )[\w.~+/-]{16,}=*"
            r"|(?<=password: )\S{4,}|(?<=password=)[^\s&]{4,}|(?<=api_key=)[^\s&]{8,}|(?<=api-key: )\S{8,}",
        ),
        _rule("email", r"\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b"),
        _rule("iban", r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
        _rule("card", r"(?<![\w+])[0-9](?:[ -]?[0-9]){12,18}\b", _luhn),
        _rule("phone", r"(?<![\w+])\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,5}\)?){2,6}(?!\w)", _phone),
        _rule("phone", r"(?<![\w-])\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}(?![\w-])"),
        _rule("ssn", r"(?<![\w-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w-])"),
    )
