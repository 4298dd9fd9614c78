"""What one stage of a release found: its verdict and why, then its numbers as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tasks.ledger.stage_result import StageResult
from tasks.release.record import Stage

from . import gate_view
from .forest import points
from .markdown import code, escape, fenced, table
from .showing import plain, signed


def of_stage(result: StageResult) -> str:
    """One stage alone."""
    facts = table(("calls", "USD", "seconds"), [(result.calls, dollars(result), seconds(result))])
    return "\n\n".join(
        [f"# {title(result).capitalize()}: {result.verdict}", escape(result.reason), facts, *_found(result)]
    )


def details(result: StageResult) -> str:
    """Its section in the report of a release; empty for one that left no numbers."""
    body = list(_found(result))
    return "\n\n".join([f"## {title(result).capitalize()}", *body]) if body else ""


def title(result: StageResult) -> str:
    share = result.evidence.get("share")
    return f"{result.stage.replace('_', ' ')} {share} %" if share else result.stage.replace("_", " ")


def dollars(result: StageResult) -> str:
    return "unknown" if result.cost_usd is None else f"{result.cost_usd:.4f}"


def seconds(result: StageResult) -> str:
    return f"{(result.ended_at - result.started_at).total_seconds():.0f}"


def _found(result: StageResult) -> Iterator[str]:
    return _DETAILS.get(Stage(result.stage), _nothing)(result.evidence)


def _nothing(_: Mapping[str, Any]) -> Iterator[str]:
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
        yield f"Eval set {escape(evidence['evalset'])} at {code(evidence['evalset_sha'][:12])}."
    if score := evidence.get("score"):
        yield table(("mean score", "interval", "cases", "asked for"), [_first(score, evidence.get("min_score"))])
    against = [(arm, *_points(row), row["n"]) for arm in ("live", "anchor") if (row := evidence.get(arm))]
    if against:
        yield table(("score against", "points", "interval", "cases"), against)
    if guards := evidence.get("guards"):
        yield table(("guard", "points", "interval", "n", "found"), map(_guard, guards))
    if scores := tuple(gate_view.scores(evidence)):
        means = [(one.cases, *(None if mean is None else f"{mean:.3f}" for mean in one.means), one.n) for one in scores]
        yield table(("mean score of", *gate_view.ARMS, "n"), means)
    if failed := evidence.get("must_pass_failures"):
        yield f"Must-pass cases failed: {escape(', '.join(map(str, failed)))}."
    if unscored := evidence.get("unscored"):
        yield f"{unscored} pairs without a usable judgement."


def _first(score: Mapping[str, Any], least: float | None) -> Sequence[object]:
    """Where nothing is live to compare with, the score itself."""
    value, low, high = (None if score[name] is None else f"{score[name]:.3f}" for name in ("value", "low", "high"))
    return value, _interval(low, high), score["n"], None if least is None else plain(least)


def _guard(row: Mapping[str, Any]) -> Sequence[object]:
    found = gate_view.FOUND.get(row["found"], row["found"])
    return row["name"], *_points(row), row["n"], found or "nothing"


def _points(row: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """A difference, and its interval, in hundredths of the scale; None where nothing was seen to differ by."""
    value, low, high = (None if row[name] is None else points(row[name]) for name in ("value", "low", "high"))
    return value, _interval(low, high)


def _interval(low: str | None, high: str | None) -> str | None:
    return None if low is None or high is None else f"{low} to {high}"


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


def _shadow(evidence: Mapping[str, Any]) -> Iterator[str]:
    if rows := evidence.get("rows"):
        yield "Change for the worse, in percent of the metric's scale:"
        columns = ("metric", "intent", "verdict", "change", "interval", "margin", "n")
        yield table(columns, map(_shadow_row, rows))
    for name, said, shown in _SHADOW_TABLES:
        if rows := evidence.get(name):
            yield said
            yield table(shown, [[_number(row.get(column)) for column in shown] for row in rows])
    for one in evidence.get("unjudged", ()):
        yield f"Not judged: {escape(one)}."
    for example in evidence.get("examples", ()):
        worse = ", ".join(map(escape, example.get("worse") or ()))
        yield f"{f'Worse ({worse})' if worse else 'Changed most'}, trace {code(example['trace_id'])}:"
        yield fenced(
            f"input:     {example['input']}\nrecorded:  {example['recorded']}\ncandidate: {example['candidate']}"
        )


def _shadow_row(row: Mapping[str, Any]) -> Sequence[object]:
    side = row.get("side")
    metric = f"{row['metric']} {side}" if side else row["metric"]
    margin = None if row["margin"] is None else points(row["margin"]).removeprefix("+")
    return (metric, row["intent"], row["verdict"], *_points(row), margin, row["n"])


_COLUMNS = (
    "`units` are those of the canary and of live. `proof` is the e-value of not being worse than the margin of the"
    " next step; 20 are needed."
)


def _canary(evidence: Mapping[str, Any]) -> Iterator[str]:
    if "total_canary" in evidence:
        counts = f"{evidence['total_canary']} units in the canary, {evidence['total_live']} in the control."
        harm = f"Evidence of harm {evidence['harm']:.3g} (rolled back at {evidence['harm_needed']:.3g})."
        yield f"{counts} {harm}"
    if rows := evidence.get("rows"):
        columns = ("guard", "intent", "verdict", "canary to live", "interval", "units", "proof")
        yield table(columns, map(_canary_row, rows))
        yield _COLUMNS
    if ratios := evidence.get("sample_ratio"):
        checked = ("of", "canary", "live", "e_value", "alarm")
        yield table(checked, [[_number(row.get(column)) for column in checked] for row in ratios])
    if watched := evidence.get("watched"):
        cells = [(row["guard"], row["source"], row["instead_of"]) for row in watched]
        yield table(("guard", "from", "instead of"), cells)
    for left in evidence.get("left_out", ()):
        yield f"Not watched: {escape(left['metric'])}: {escape(left['reason'])}."


def _canary_row(row: Mapping[str, Any]) -> Sequence[object]:
    interval = f"{signed(row.get('low'))} to {signed(row.get('high'))}"
    units = f"{row['n_canary']}, {row['n_live']}"
    proof = _number(row.get("proof"))
    return (row["limit"], row["intent"] or "all", row["verdict"], signed(row.get("value")), interval, units, proof)


def _number(value: Any) -> Any:
    return plain(value) if isinstance(value, float) else value


_DETAILS = {
    Stage.LINT: _lint,
    Stage.FAST_GATE: _gate,
    Stage.GATE: _gate,
    Stage.SHADOW: _shadow,
    Stage.CANARY: _canary,
}
