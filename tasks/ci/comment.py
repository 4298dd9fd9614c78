"""The one comment on a pull request: what changed, what lint found, what it scores. GitHub's markdown.

Nothing that a version, a case or a model says is markup, a link or a mention; see `registry/diff/as_markdown.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.diff.as_markdown import code
from tasks.ci.checked import Check, Checked
from tasks.ci.trial import Trial
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.gate.sentence import points
from tasks.lint.finding import Finding
from tasks.lint.linting import Linted
from tasks.release.verdict import Verdict

MARK = "<!-- promptship ci -->"
"""The first line, by which the comment is found again at the next push."""
LIMIT = 60_000
"""GitHub refuses comments of more than 65,536 characters."""
ROWS, FINDINGS, ANSWER = 50, 10, 300
_WORDS = {
    Verdict.PASS: "nothing stands against it",
    Verdict.INCONCLUSIVE: "not everything could be decided",
    Verdict.ERROR: "something went wrong",
    Verdict.REJECT: "rejected",
}
_SIGNS = {Verdict.PASS: "✅", Verdict.INCONCLUSIVE: "❔", Verdict.ERROR: "💥", Verdict.REJECT: "❌"}
_COLUMNS = ("version", "changed", "lint", "fast gate", "score", "difference", "cases")


def comment(check: Check) -> str:
    """At most LIMIT characters: differences that do not fit are left out, then whole versions; it says so."""
    text = "\n".join(_head(check))
    left = 0
    for one in check.versions:
        whole, short = "\n".join(_section(one, with_diff=True)), "\n".join(_section(one, with_diff=False))
        fitting = next((part for part in (whole, short) if len(text) + len(part) < LIMIT - 1000), None)
        text += fitting or ""
        left += fitting is None
    return text + "\n".join(_foot(check, left)) + "\n"


def _head(check: Check) -> Iterator[str]:
    yield from (MARK, f"## promptship: {_SIGNS[check.verdict]} {_WORDS[check.verdict]}", "")
    if not check.versions:
        yield "No prompt version behaves differently, and no eval set of a newest version changed."
        return
    yield "| " + " | ".join(_COLUMNS) + " |"
    yield "|" + " --- |" * len(_COLUMNS)
    yield from (_row(one) for one in check.versions[:ROWS])
    if len(check.versions) > ROWS:
        yield f"\n{len(check.versions) - ROWS} more are in the job's files."


def _row(one: Checked) -> str:
    trial = one.tried if isinstance(one.tried, Trial) else None
    cells = (
        code(one.change.name),
        one.change.kind,
        code(one.linted.report.reason),
        f"{_SIGNS[one.tried_verdict]} {_gate(one)}",
        _score(trial) if trial else "-",
        _difference(trial) if trial else "-",
        str(trial.cases) if trial else "-",
    )
    return "| " + " | ".join(cells) + " |"


def _gate(one: Checked) -> str:
    if not isinstance(one.tried, Trial):
        return "not tried"
    return f"{one.tried.verdict}, of {one.tried.at:%Y-%m-%d}" if one.tried.reused else str(one.tried.verdict)


def _score(trial: Trial) -> str:
    now, then = trial.scores.get(CANDIDATE), trial.scores.get(LIVE)
    said = "unscored" if now is None else f"{now:.3f}"
    if trial.baseline is None:
        return f"{said}, the first version"
    return f"{said}, {code(trial.baseline)} {'unscored' if then is None else f'{then:.3f}'}"


def _difference(trial: Trial) -> str:
    row = trial.difference
    return "-" if row is None else f"{points(row.value)} points ({points(row.low)} to {points(row.high)})"


def _section(one: Checked, *, with_diff: bool) -> Iterator[str]:
    yield from ("\n", f"### {_SIGNS[one.verdict]} {code(one.change.name)}", "")
    yield from (f"Changed: {code(one.change.why)}. Fast gate: {code(one.reason)}", "")
    yield from _findings(one.linted)
    if isinstance(one.tried, Trial) and one.tried.worse:
        yield from _worse(one.tried)
    if one.diff and with_diff:
        yield from ("", "<details><summary>What changed</summary>", "", one.diff, "</details>", "")
    elif one.diff:
        yield from ("What changed is too long for a comment: `promptship prompt diff` shows it.", "")


def _findings(linted: Linted) -> Iterator[str]:
    findings = linted.report.findings
    yield from (_finding(finding) for finding in findings[:FINDINGS])
    if len(findings) > FINDINGS:
        yield f"- {len(findings) - FINDINGS} more findings"
    yield ""


def _finding(finding: Finding) -> str:
    place = f" line {finding.line}" if finding.line else ""
    return f"- {finding.severity} {finding.code}{place}: {code(f'{finding.found}. {finding.fix}.')}"


def _worse(trial: Trial) -> Iterator[str]:
    yield from ("| case | intent | before | now | what failed | answer |", "|" + " --- |" * 6)
    for case in trial.worse:
        said = f"{'; '.join(case.reasons)[:ANSWER]}", f"{(case.output or '')[:ANSWER]}"
        scores = ("unscored" if score is None else f"{score:.3g}" for score in (case.before, case.after))
        yield "| " + " | ".join((code(case.case_id), code(case.intent), *scores, *map(code, said))) + " |"


def _foot(check: Check, left: int) -> Iterator[str]:
    yield ""
    if left:
        yield f"{left} more versions do not fit into a comment: they are in the job's files."
    for one in check.others:
        yield f"- {code(one.path)}: {code(one.report.reason)}"
    if check.removed:
        yield f"Removed: {', '.join(map(code, check.removed))}."
    yield ""
    yield f"<sub>{check.base[:12]} to {check.head[:12]}. This pull request has cost {check.spent} so far. "
    yield "Differences have a one-sided 99 % bound at each end; held-out cases are asked when it is released.</sub>"
