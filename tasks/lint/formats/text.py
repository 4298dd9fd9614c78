"""For people: `path:line: CODE severity: found`, which editors make a link of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.lint.finding import Severity
from tasks.lint.linting import Linted


def text(linted: Sequence[Linted]) -> str:
    """All findings, what was suppressed and why, and a line of counts at the end."""
    lines = [line for one in linted for line in _lines(one)]
    return "\n".join([*lines, _summary(linted)])


def _lines(one: Linted) -> Iterator[str]:
    for finding in one.report.findings:
        place = ":".join(str(part) for part in (one.path, finding.line, finding.column) if part)
        yield f"{place}: {finding.code} {finding.severity}: {_plain(finding.found)}."
        yield f"    Expected: {_plain(finding.expected)}. {_plain(finding.fix)}."
    for finding, reason in one.report.suppressed:
        yield f"{one.path}:{finding.line or 1}: {finding.code} suppressed: {_plain(reason)}"


def _summary(linted: Sequence[Linted]) -> str:
    findings = [finding for one in linted for finding in one.report.findings]
    what = linted[0].name if len(linted) == 1 else f"{len(linted)} versions"
    if not findings:
        return f"{what}: nothing found"
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    return f"{what}: {_count(errors, 'error')}, {_count(len(findings) - errors, 'warning')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _plain(said: str) -> str:
    """Without what would move a terminal's cursor or turn its text around."""
    return "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in said)
