"""For GitHub Actions: workflow commands, which annotate the lines of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.lint.finding import Finding
from tasks.lint.linting import Linted


def github(linted: Sequence[Linted]) -> str:
    """One command a finding, empty for none. Escaped as actions/toolkit does, so that no text can give a command."""
    return "\n".join(_command(one, finding) for one in linted for finding in one.report.findings)


def _command(one: Linted, finding: Finding) -> str:
    fields = {"file": one.path, "line": finding.line, "col": finding.column, "title": f"{finding.code} {one.name}"}
    given = ",".join(f"{key}={_field(str(value))}" for key, value in fields.items() if value)
    return f"::{finding.severity} {given}::{_data(f'{finding.found}. Expected: {finding.expected}. {finding.fix}.')}"


def _data(said: str) -> str:
    return said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _field(said: str) -> str:
    return _data(said).replace(":", "%3A").replace(",", "%2C")
