"""What a rule says."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from registry.artifact import Risk

_RISKS: tuple[Risk, ...] = ("low", "medium", "high")


class Severity(StrEnum):
    """An error rejects the version, a warning is shown."""

    WARNING = "warning"
    ERROR = "error"


class Finding(NamedTuple):
    """`line` and `column` count from 1 in the version file; None when the whole file, or the whole line, is meant."""

    code: str
    severity: Severity
    line: int | None
    found: str
    expected: str
    fix: str
    column: int | None = None


def error_from(threshold: Risk, risk: Risk) -> Severity:
    """ERROR for versions of at least this risk, WARNING below."""
    return Severity.ERROR if _RISKS.index(risk) >= _RISKS.index(threshold) else Severity.WARNING
