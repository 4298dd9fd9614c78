"""All rules over one version: findings in the order of the file, and what the verdict follows from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.behavior import Component, changed
from tasks.lint.finding import Finding, Severity
from tasks.lint.rules.change_note import change_note
from tasks.lint.rules.conflicting_instructions import conflicting_instructions
from tasks.lint.rules.confusable_characters import confusable_characters
from tasks.lint.rules.data_instruction import data_instruction
from tasks.lint.rules.duplicate_behavior import duplicate_behavior
from tasks.lint.rules.hidden_characters import hidden_characters
from tasks.lint.rules.image_reference import image_reference
from tasks.lint.rules.implied_cost import implied_cost
from tasks.lint.rules.json_without_schema import json_without_schema
from tasks.lint.rules.leaked_secret import leaked_secret
from tasks.lint.rules.model_retirement import model_retirement
from tasks.lint.rules.moving_model import moving_model
from tasks.lint.rules.output_schema import output_schema
from tasks.lint.rules.personal_data import personal_data
from tasks.lint.rules.poor_form import poor_form
from tasks.lint.rules.privileged_wording import privileged_wording
from tasks.lint.rules.release_lock import release_lock
from tasks.lint.rules.reverse_path import reverse_path
from tasks.lint.rules.schema_change import schema_change
from tasks.lint.rules.schema_contradicted import schema_contradicted
from tasks.lint.rules.template_construct import template_construct
from tasks.lint.rules.token_budget import token_budget
from tasks.lint.rules.unbounded_tool import unbounded_tool
from tasks.lint.rules.undefined_variable import undefined_variable
from tasks.lint.rules.unknown_metric import unknown_metric
from tasks.lint.rules.untestable_guard import untestable_guard
from tasks.lint.rules.untrusted_text import untrusted_text
from tasks.lint.rules.unused_variable import unused_variable
from tasks.lint.rules.variable_type import variable_type
from tasks.lint.subject import Subject
from tasks.lint.suppression import IMPROPER, UNUSED, Suppressed, sift
from tasks.release.verdict import Verdict

Rule = Callable[[Subject], Iterable[Finding]]

RULES: Final[Mapping[str, Rule]] = {
    "PS101": undefined_variable,
    "PS102": unused_variable,
    "PS103": output_schema,
    "PS104": change_note,
    "PS105": leaked_secret,
    "PS106": release_lock,
    "PS107": template_construct,
    "PS108": untrusted_text,
    "PS109": duplicate_behavior,
    "PS110": reverse_path,
    "PS111": unknown_metric,
    "PS112": variable_type,
    "PS113": data_instruction,
    "PS114": personal_data,
    "PS115": privileged_wording,
    "PS116": unbounded_tool,
    "PS117": conflicting_instructions,
    "PS118": json_without_schema,
    "PS119": schema_contradicted,
    "PS120": schema_change,
    "PS121": moving_model,
    "PS122": model_retirement,
    "PS123": token_budget,
    "PS124": implied_cost,
    "PS125": untestable_guard,
    "PS126": poor_form,
    "PS127": hidden_characters,
    "PS128": confusable_characters,
    "PS131": image_reference,
}
UNREADABLE: Final = "PS100"
CODES: Final = tuple(sorted((UNREADABLE, *RULES, IMPROPER, UNUSED)))


@dataclass(frozen=True, slots=True)
class LintReport:
    """`suppressed` findings count for nothing and are shown. `components_changed` is against the version it was
    compared with, None when there was none."""

    findings: tuple[Finding, ...]
    verdict: Verdict
    components_changed: tuple[Component, ...] | None
    suppressed: tuple[Suppressed, ...] = ()

    @property
    def reason(self) -> str:
        """One sentence without a full stop: `2 errors and 1 warning: PS101, PS104, PS109`."""
        if not self.findings:
            return "no findings" + (f", {len(self.suppressed)} suppressed" if self.suppressed else "")
        errors = sum(finding.severity is Severity.ERROR for finding in self.findings)
        counts = [_count(errors, "error"), _count(len(self.findings) - errors, "warning")]
        codes = ", ".join(sorted({finding.code for finding in self.findings}))
        return f"{' and '.join(filter(None, counts))}: {codes}"

    @property
    def evidence(self) -> Mapping[str, Any]:
        """The JSON value that the ledger keeps."""
        changed = None if self.components_changed is None else list(self.components_changed)
        found: dict[str, Any] = {"findings": [finding._asdict() for finding in self.findings]}
        if self.suppressed:
            found["suppressed"] = [{**entry.finding._asdict(), "reason": entry.reason} for entry in self.suppressed]
        return {"components_changed": changed, **found}


def lint(subject: Subject) -> LintReport:
    """Every rule over the version. An error of any rule rejects it; warnings are shown."""
    raised = [finding for rule in RULES.values() for finding in rule(subject)]
    sifted = sift(raised, subject.source, CODES)
    before = subject.previous_behavior
    components = None if before is None else tuple(changed(before.shas, subject.behavior.shas))
    return LintReport(ordered(sifted.kept), judged(sifted.kept), components, sifted.suppressed)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By line, code and words, each once."""
    once = dict.fromkeys(findings)
    return tuple(sorted(once, key=lambda finding: (finding.line or 0, finding.code, finding.found)))


def judged(findings: Iterable[Finding]) -> Verdict:
    return Verdict.REJECT if any(finding.severity is Severity.ERROR for finding in findings) else Verdict.PASS


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""
