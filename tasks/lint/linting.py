"""Lint as an author asks for it: one version, all of a prompt, or the whole registry with its snippets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from registry.artifact import Risk
from registry.catalog import Catalog
from registry.errors import InvalidFile, PromptshipError, RegistryError
from registry.files import read_text, shown_path
from tasks.lint.finding import Finding, Severity
from tasks.lint.lint import UNREADABLE, LintReport, lint
from tasks.lint.loading import Reader, load, version_before
from tasks.lint.snippet import lint_snippet
from tasks.lint.subject import Traffic
from tasks.release.verdict import Verdict

TrafficOf = Callable[[Risk], Traffic | None]


def unknown_traffic(_: Risk) -> Traffic | None:
    """Nobody says how much traffic there is."""
    return None


@dataclass(frozen=True, slots=True)
class Linted:
    """`path` is the version's file, relative to the working directory where it lies below; `readable` is false when
    nothing but PS100 could be said. A version of a snippet has the snippet's id as `prompt`, and its `path` says so."""

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
    """In the order of the registry; each version is compared with the one before it. Without a prompt also the snippets
    that none of them includes, and files that nothing reads.

    What cannot be read is a finding, under the path of the file that is wrong; what versions share is said once. Raises
    UnknownPrompt, UnknownVersion and AliasRefused.
    """
    reader, found = Reader(catalog), list[Linted]()
    for prompt_id in [prompt] if prompt else catalog.prompts():
        for name in [version] if version else catalog.versions(prompt_id):
            found.append(_linted(reader, prompt_id, name, partial(_report, reader, prompt_id, name, now, traffic)))
    more = [] if prompt else [*_snippets(reader), *map(_stray, catalog.strays())]
    return list({(one.path, one.report.findings): one for one in (*found, *more)}.values())


def worst(linted: Sequence[Linted]) -> Verdict:
    return Verdict.REJECT if any(one.report.verdict is Verdict.REJECT for one in linted) else Verdict.PASS


def _report(reader: Reader, prompt: str, version: str, now: datetime | None, traffic: TrafficOf) -> LintReport:
    catalog = reader.catalog
    found = reader.version(prompt, version)
    before = version_before(catalog, prompt, version)
    previous = before if before and reader.sha(prompt, before) else None
    expected = traffic(found.risk)
    return lint(load(catalog, prompt, version, previous=previous, now=now, traffic=expected, reader=reader))


def _snippets(reader: Reader) -> Iterator[Linted]:
    """Those that no readable version includes."""
    snippets = reader.catalog.snippets
    for name in snippets.names():
        if name in reader.included:
            continue
        path, (id_, _, version) = snippets.path(name), name.partition("@")
        try:
            report = lint_snippet(snippets.written(name), snippets.text(name), read_text(path))
            yield Linted(id_, version, shown_path(path), report)
        except RegistryError as error:
            yield _refused(id_, version, path, _unreadable(error))


def _stray(path: Path) -> Linted:
    expected = "<id>/v<number>.yaml below registry/prompts or registry/snippets, the id in small letters with hyphens"
    fix = "Rename it, or move it out of the registry"
    finding = Finding(
        UNREADABLE, Severity.ERROR, None, "nothing reads this file: a version is not named like that", expected, fix
    )
    return _refused(path.parent.name, path.name, path, [finding])


def _refused(prompt: str, version: str, path: Path, findings: Sequence[Finding]) -> Linted:
    return Linted(prompt, version, shown_path(path), LintReport(tuple(findings), Verdict.REJECT, None), readable=False)


def _linted(reader: Reader, prompt: str, version: str, report: Callable[[], LintReport]) -> Linted:
    path = reader.catalog.path(prompt, version)
    try:
        return Linted(prompt, version, shown_path(path), report())
    except RegistryError as error:
        if version not in reader.catalog.versions(prompt):
            raise
        wrong = error.file if isinstance(error, InvalidFile) else None
        return _refused(prompt, version, wrong or path, _unreadable(error))


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
            problem.column,
        )
        for problem in problems
    ]
