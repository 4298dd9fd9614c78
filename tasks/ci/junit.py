"""JUnit XML, as CI servers read it: one suite a version, with the cases `lint` and `fast gate`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from registry.diff.visible import visible
from tasks.ci.checked import Check, Checked, lint_verdict
from tasks.lint.linting import Linted
from tasks.release.verdict import Verdict

_HOW: dict[Verdict, str | None] = {
    Verdict.PASS: None,
    Verdict.INCONCLUSIVE: "skipped",
    Verdict.ERROR: "error",
    Verdict.REJECT: "failure",
}


class _Case(NamedTuple):
    name: str
    verdict: Verdict
    said: str
    details: str = ""


def junit(check: Check) -> str:
    """What is inconclusive is `skipped`, with its reason. Characters that XML cannot hold are written out."""
    root = Element("testsuites", name="promptship")
    for one in check.versions:
        _suite(root, one.change.name, one.linted.path, list(_cases(one)))
    for other in check.others:
        _suite(root, other.path, other.path, [_lint(other)])
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _cases(one: Checked) -> Iterator[_Case]:
    yield _lint(one.linted)
    yield _Case("fast gate", one.tried_verdict, one.reason)


def _lint(linted: Linted) -> _Case:
    details = "\n".join(
        f"{linted.path}:{finding.line or 1}: {finding.code} {finding.severity}: {finding.found}. {finding.fix}."
        for finding in linted.report.findings
    )
    return _Case("lint", lint_verdict(linted), linted.report.reason, details)


def _suite(root: Element, name: str, file: str, cases: list[_Case]) -> None:
    hows = [_HOW[case.verdict] for case in cases]
    suite = SubElement(root, "testsuite", name=visible(name), tests=str(len(cases)))
    for how, plural in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(plural, str(hows.count(how)))
    for case in cases:
        element = SubElement(suite, "testcase", classname=visible(name), name=case.name, file=visible(file))
        if found := _HOW[case.verdict]:
            SubElement(element, found, message=visible(case.said)).text = visible(case.details or case.said)
