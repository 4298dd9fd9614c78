"""All rules over one version: findings in the order of the file, and what the verdict follows from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.behavior import Component, changed
from tasks.lint.finding import Finding, Severity
from tasks.lint.rules.change_note import change_note
from tasks.lint.rules.duplicate_behavior import duplicate_behavior
from tasks.lint.rules.leaked_secret import leaked_secret
from tasks.lint.rules.output_schema import output_schema
from tasks.lint.rules.release_lock import release_lock
from tasks.lint.rules.reverse_path import reverse_path
from tasks.lint.rules.template_construct import template_construct
from tasks.lint.rules.undefined_variable import undefined_variable
from tasks.lint.rules.unknown_metric import unknown_metric
from tasks.lint.rules.untrusted_text import untrusted_text
from tasks.lint.rules.unused_variable import unused_variable
from tasks.lint.subject import Subject
from tasks.release.verdict import Verdict

Rule = Callable[[Subject], Iterable[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    undefined_variable,
    unused_variable,
    output_schema,
    change_note,
    leaked_secret,
    release_lock,
    template_construct,
    untrusted_text,
    duplicate_behavior,
    reverse_path,
    unknown_metric,
)


@dataclass(frozen=True, slots=True)
class LintReport:
    """`components_changed` is against the version it was compared with, None when there was none."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    components_changed: tuple[Component, ...] | None

    @property
    def reason(self) -> str:
        """One sentence without a full stop: `2 errors and 1 warning: PS101, PS104, PS109`."""
        if not self.findings:
            return "no findings"
        errors = sum(finding.severity is Severity.ERROR for finding in self.findings)
        counts = [_count(errors, "error"), _count(len(self.findings) - errors, "warning")]
        codes = ", ".join(sorted({finding.code for finding in self.findings}))
        return f"{' and '.join(filter(None, counts))}: {codes}"

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The JSON value that the ledger keeps."""
        changed = None if self.components_changed is None else list(self.components_changed)
        return {"components_changed": changed, "findings": [finding._asdict() for finding in self.findings]}


def lint(subject: Subject) -> LintReport:
    """Every rule over the version. An error of any rule rejects it; warnings are shown."""
    findings = sorted(
        (finding for rule in RULES for finding in rule(subject)),
        key=lambda finding: (finding.line or 0, finding.code, finding.found),
    )
    rejected = any(finding.severity is Severity.ERROR for finding in findings)
    before = subject.previous_behavior
    components = None if before is None else tuple(changed(before.shas, subject.behavior.shas))
    return LintReport(tuple(findings), Verdict.REJECT if rejected else Verdict.PASS, components)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""
