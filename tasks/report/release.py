"""The report of one release: the decision in a sentence, the note, each stage with its numbers, the way back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry.behavior import short
from tasks.ledger.event import Event
from tasks.ledger.matrix_cell import MatrixCell
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.release.record import Stage

from . import decision
from .markdown import escape, fenced, table


def render(row: Release, results: list[StageResult], events: list[Event], cells: Sequence[MatrixCell] = ()) -> str:
    """The whole report as markdown."""
    sections = [_head(row), _note(row), _stages(results)]
    sections += [_details(result) for result in results]
    sections += [_matrix(cells), _way_back(row), _timeline(events)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(row: Release) -> str:
    decided = row.decision.replace("_", " ") if row.decision else "not decided yet"
    lines = [f"# {escape(row.prompt_id)} {row.to_version} in {escape(row.environment)}: {decided}"]
    lines.append(escape(decision.sentence(row)))
    if row.reason:
        lines.append(escape(row.reason))
    if row.policy.get("weakened"):
        lines.append(
            "> This environment is weakened: its margins replace the declared ones; the canary's section names both."
        )
    was = f"{row.from_version} ({short(row.from_behavior)})" if row.from_behavior else "nothing (first release)"
    facts = [
        ("release", f"{row.release_id}, attempt {row.attempt}"),
        ("from, to", f"{was} to {row.to_version} ({short(row.to_behavior)})"),
        ("risk, author", f"{row.risk}, {row.author}"),
        ("started, ended", f"{row.started_at:%Y-%m-%d %H:%M:%S} by {row.started_by}, {_when(row.ended_at)}"),
        ("decided by", row.decided_by),
    ]
    return "\n\n".join([*lines, table(("", ""), facts)])


def _when(at: Any) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at is not None else "not ended"


def _note(row: Release) -> str:
    note = row.change_note
    expected = [(e["metric"], e["direction"], e.get("by"), e.get("intent", "all")) for e in note.get("expected", ())]
    guards = [(g["metric"], *_bound(g), g.get("per", "all"), g.get("within")) for g in note.get("guards", ())]
    parts = ["## Why", escape(note.get("why", ""))]
    if expected:
        parts += ["Expected:", table(("metric", "direction", "by", "intent"), expected)]
    if guards:
        parts += ["Guards:", table(("metric", "bound", "limit", "per", "within"), guards)]
    return "\n\n".join(parts)


def _bound(guard: Mapping[str, Any]) -> tuple[str, Any]:
    for name in ("max_increase", "max_decrease", "max_ratio", "min_ratio", "max", "min"):
        if guard.get(name) is not None:
            return name, guard[name]
    return "-", None


def _stages(results: list[StageResult]) -> str:
    rows = [
        (_title(r), r.verdict, r.reason, r.calls, "unknown" if r.cost_usd is None else f"{r.cost_usd:.4f}", _took(r))
        for r in results
    ]
    return "## Stages\n\n" + table(("stage", "verdict", "reason", "calls", "USD", "seconds"), rows)


def of_stage(result: StageResult) -> str:
    """One stage alone: its verdict and why, then its numbers."""
    head = f"# {_title(result).capitalize()}: {result.verdict}"
    cost = "unknown" if result.cost_usd is None else f"{result.cost_usd:.4f}"
    facts = table(("calls", "USD", "seconds"), [(result.calls, cost, _took(result))])
    details = _DETAILS.get(Stage(result.stage), _no_details)(result.evidence)
    return "\n\n".join([head, escape(result.reason), facts, *details])


def so_far(row: Release, results: list[StageResult]) -> str:
    """What a person who is asked needs first: why this change is wanted, and what each stage found."""
    return "\n\n".join([_note(row), _stages(results)])


def _title(result: StageResult) -> str:
    share = result.evidence.get("share")
    return f"{result.stage.replace('_', ' ')} {share} %" if share else result.stage.replace("_", " ")


def _took(result: StageResult) -> str:
    return f"{(result.ended_at - result.started_at).total_seconds():.0f}"


def _details(result: StageResult) -> str:
    body = list(_DETAILS.get(Stage(result.stage), _no_details)(result.evidence))
    return "\n\n".join([f"## {_title(result).capitalize()}", *body]) if body else ""


def _no_details(_: Mapping[str, Any]) -> Iterator[str]:
    yield from ()


def _lint(evidence: Mapping[str, Any]) -> Iterator[str]:
    changed = evidence.get("components_changed")
    if changed is not None:
        yield f"Components changed: {escape(', '.join(changed) or 'none')}."
    findings = evidence.get("findings") or []
    if findings:
        columns = ("code", "severity", "line", "found", "expected", "fix")
        yield table(columns, [[f.get(column) for column in columns] for f in findings])


def _gate(evidence: Mapping[str, Any]) -> Iterator[str]:
    if evidence.get("evalset"):
        yield f"Eval set {escape(evidence['evalset'])} at `{evidence['evalset_sha'][:12]}`."
    rows = [
        (against, _signed(row["value"]), f"{_signed(row['low'])} to {_signed(row['high'])}", row["n"])
        for against in ("live", "anchor")
        if (row := evidence.get(against))
    ]
    if rows:
        yield table(("score against", "difference", "interval", "cases"), rows)
    if guards := evidence.get("guards"):
        yield table(
            ("guard", "difference", "interval", "n", "found"),
            [
                (g["name"], _signed(g["value"]), f"{_signed(g['low'])} to {_signed(g['high'])}", g["n"], g["found"])
                for g in guards
            ],
        )
    if slices := evidence.get("slices"):
        yield table(
            ("slice", "arm", "mean score", "n"), [(s["slice"], s["arm"], f"{s['mean']:.3f}", s["n"]) for s in slices]
        )


_SHADOW_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "semantic",
        "Semantic distance between the answers of both versions (cosine, 0 to 2):",
        ("intent", "value", "low", "high", "p50", "p90", "n"),
    ),
    ("tools", "In how many traces a tool was called:", ("tool", "baseline", "candidate", "n")),
    (
        "expected_tools",
        "Did the candidate call the tools that live had called?",
        ("intent", "expected", "same", "other", "none", "unasked", "n"),
    ),
)


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _shadow(evidence: Mapping[str, Any]) -> Iterator[str]:
    if rows := evidence.get("rows"):
        columns = ("metric", "intent", "verdict", "value", "low", "high", "margin", "n")
        yield table(columns, [[_number(row.get(column)) for column in columns] for row in rows])
    for name, said, shown in _SHADOW_TABLES:
        if rows := evidence.get(name):
            yield said
            yield table(shown, [[_number(row.get(column)) for column in shown] for row in rows])
    for one in evidence.get("unjudged", ()):
        yield f"Not judged: {escape(one)}."
    for example in evidence.get("examples", ()):
        worse = ", ".join(map(escape, example.get("worse") or ()))
        yield f"{f'Worse ({worse})' if worse else 'Changed most'}, trace `{escape(example['trace_id'])}`:"
        yield fenced(
            f"input:     {example['input']}\nrecorded:  {example['recorded']}\ncandidate: {example['candidate']}"
        )


def _canary(evidence: Mapping[str, Any]) -> Iterator[str]:
    if "total_canary" in evidence:
        counts = f"{evidence['total_canary']} units in the canary, {evidence['total_live']} in the control."
        harm = f"Evidence of harm {evidence['harm']:.3g} (rolled back at {evidence['harm_needed']:.3g})."
        yield f"{counts} {harm}"
    if rows := evidence.get("rows"):
        columns = ("guard", "intent", "verdict", "limit", "value", "low", "high", "n_canary", "n_live", "proof")
        yield table(columns, [[_number(row.get(column)) for column in columns] for row in rows])
        yield "`proof` is the e-value of not being worse than the margin of the next step; 20 are needed."
    if ratios := evidence.get("sample_ratio"):
        checked = ("of", "canary", "live", "e_value", "alarm")
        yield table(checked, [[_number(row.get(column)) for column in checked] for row in ratios])
    if watched := evidence.get("watched"):
        cells = [(row["guard"], row["source"], row["instead_of"]) for row in watched]
        yield table(("guard", "from", "instead of"), cells)
    for left in evidence.get("left_out", ()):
        yield f"Not watched: {escape(left['metric'])}: {escape(left['reason'])}."


def _number(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) else value


_DETAILS = {
    Stage.LINT: _lint,
    Stage.FAST_GATE: _gate,
    Stage.GATE: _gate,
    Stage.SHADOW: _shadow,
    Stage.CANARY: _canary,
}


def _matrix(cells: Sequence[MatrixCell]) -> str:
    """What the matrix says of the versions of this release; nothing where nobody looked."""
    if not cells:
        return ""
    columns = ("version", "model", "role", "look", "verdict", "score", "95 % interval", "n", "on")
    rows = [
        (
            cell.version,
            cell.model,
            cell.role,
            cell.look,
            cell.verdict,
            _number(cell.score),
            None if cell.score is None else f"{cell.low:.3f} to {cell.high:.3f}",
            cell.n,
            f"{cell.at:%Y-%m-%d}",
        )
        for cell in cells
    ]
    return "## On other models\n\n" + table(columns, rows)


def _way_back(row: Release) -> str:
    found = decision.way_back(row)
    parts = ["## How to reverse", escape(found.sentence), *([fenced(found.command, "sh")] if found.command else [])]
    return "\n\n".join(parts)


def _timeline(events: list[Event]) -> str:
    rows = [(f"{e.at:%H:%M:%S}", e.kind, e.actor, e.payload.get("reason") or e.payload.get("of")) for e in events]
    return "## Timeline\n\n" + table(("time (UTC)", "event", "actor", "what"), rows)
