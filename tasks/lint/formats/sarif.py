"""For code scanning: SARIF 2.1.0 (OASIS Standard, 27 March 2020), one run with the rules that there are.

Suppressed findings are given with their reason, as the standard's `inSource` suppressions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from tasks.lint.described import about, all_codes, name
from tasks.lint.finding import Finding, Severity
from tasks.lint.linting import Linted

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def sarif(linted: Sequence[Linted]) -> str:
    """The document as text. Paths are relative to the working directory where the files lie below it."""
    return json.dumps(log(linted), ensure_ascii=False, indent=2)


def log(linted: Sequence[Linted]) -> dict[str, Any]:
    results = [_result(one, finding) for one in linted for finding in one.report.findings]
    results += [
        {**_result(one, finding), "suppressions": [{"kind": "inSource", "justification": reason}]}
        for one in linted
        for finding, reason in one.report.suppressed
    ]
    run = {"tool": {"driver": _driver()}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver() -> dict[str, Any]:
    rules = [{"id": code, "name": name(code), "shortDescription": {"text": f"{about(code)}."}} for code in all_codes()]
    return {"name": "promptship", "version": _version(), "rules": rules}


def _result(one: Linted, finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(one.path)}}
    if finding.line:
        column = {"startColumn": finding.column} if finding.column else {}
        location["region"] = {"startLine": finding.line, **column}
    return {
        "ruleId": finding.code,
        "ruleIndex": all_codes().index(finding.code),
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.found}. Expected: {finding.expected}. {finding.fix}."},
        "locations": [
            {"physicalLocation": location, "logicalLocations": [{"fullyQualifiedName": one.name, "kind": "module"}]}
        ],
    }


def _version() -> str:
    try:
        return version("promptship-pipeline")
    except PackageNotFoundError:
        return "0"
