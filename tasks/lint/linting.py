"""Lint as an author asks for it: one version, all of a prompt, or the whole registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from registry.artifact import Risk
from registry.catalog import Catalog
from registry.errors import InvalidFile, PromptshipError, RegistryError
from registry.files import shown_path
from tasks.lint.finding import Finding, Severity
from tasks.lint.lint import UNREADABLE, LintReport, lint
from tasks.lint.loading import Reader, load, version_before
from tasks.lint.subject import Traffic
from tasks.release.verdict import Verdict

TrafficOf = Callable[[Risk], Traffic | None]


def unknown_traffic(_: Risk) -> Traffic | None:
    """Nobody says how much traffic there is."""
    return None


@dataclass(frozen=True, slots=True)
class Linted:
    """`path` is the version's file, relative to the working directory where it lies below; `readable` is false when
    nothing but PS100 could be said."""

    prompt: str
    version: str
    path: str
    report: LintReport
    readable: bool = True

    @property
    def name(self) -> str:
        return f"{self.prompt}@{self.version}"


def lint_all(
    catalog: Catalog,
    prompt: str | None = None,
    version: str | None = None,
    *,
    now: datetime | None = None,
    traffic: TrafficOf = unknown_traffic,
) -> list[Linted]:
    """In the order of the registry; each version is compared with the one before it.

    What cannot be read is a finding. Raises UnknownPrompt, UnknownVersion and AliasRefused.
    """
    reader, found = Reader(catalog), list[Linted]()
    for prompt_id in [prompt] if prompt else catalog.prompts():
        for name in [version] if version else catalog.versions(prompt_id):
            found.append(_linted(reader, prompt_id, name, partial(_report, reader, prompt_id, name, now, traffic)))
    return found


def worst(linted: Sequence[Linted]) -> Verdict:
    return Verdict.REJECT if any(one.report.verdict is Verdict.REJECT for one in linted) else Verdict.PASS


def _report(reader: Reader, prompt: str, version: str, now: datetime | None, traffic: TrafficOf) -> LintReport:
    catalog = reader.catalog
    found = reader.version(prompt, version)
    before = version_before(catalog, prompt, version)
    previous = before if before and reader.sha(prompt, before) else None
    expected = traffic(found.risk)
    return lint(load(catalog, prompt, version, previous=previous, now=now, traffic=expected, reader=reader))


def _linted(reader: Reader, prompt: str, version: str, report: Callable[[], LintReport]) -> Linted:
    path = shown_path(reader.catalog.path(prompt, version))
    try:
        return Linted(prompt, version, path, report())
    except RegistryError as error:
        if version not in reader.catalog.versions(prompt):
            raise
        findings = tuple(_unreadable(error))
        return Linted(prompt, version, path, LintReport(findings, Verdict.REJECT, None), readable=False)


def _unreadable(error: PromptshipError) -> list[Finding]:
    problems = error.problems if isinstance(error, InvalidFile) else ()
    if not problems:
        return [Finding(UNREADABLE, Severity.ERROR, None, error.found, error.expected, error.fix)]
    return [
        Finding(
            UNREADABLE,
            Severity.ERROR,
            problem.line,
            f"{problem.where}: {problem.found}" if problem.where else problem.found,
            problem.expected,
            problem.fix[:1].upper() + problem.fix[1:],
        )
        for problem in problems
    ]
