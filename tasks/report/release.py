"""The report of one release: the decision in a sentence, the note, what changed, each stage with its numbers, the way
back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.behavior import short
from registry.diff import as_terminal
from registry.diff.version_diff import VersionDiff
from tasks.ledger.event import Event
from tasks.ledger.matrix_cell import MatrixCell
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult

from . import decision, stage
from .markdown import escape, fenced, table
from .material import Material
from .showing import plain


def render(found: Material) -> str:
    """The whole report as markdown."""
    row, results = found.row, found.results
    sections = [_head(row), _note(row), changes(found.diff), _stages(results)]
    sections += [stage.details(result) for result in results]
    sections += [_matrix(found.cells), _way_back(row), _timeline(found.events)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _head(row: Release) -> str:
    decided = decision.DONE.get(row.decision, row.decision) if row.decision else "not decided yet"
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


def changes(diff: VersionDiff | None) -> str:
    """What the version does differently, word by word; empty for a first release."""
    if diff is None:
        return ""
    said = "`[-gone-]` and `{+new+}` mark what differs."
    return "\n\n".join(["## What changed", said, fenced(as_terminal.render(diff).rstrip())])


def _stages(results: Sequence[StageResult]) -> str:
    rows = [(stage.title(r), r.verdict, r.reason, r.calls, stage.dollars(r), stage.seconds(r)) for r in results]
    return "## Stages\n\n" + table(("stage", "verdict", "reason", "calls", "USD", "seconds"), rows)


def so_far(found: Material) -> str:
    """What a person who is asked wants to read: why this change is wanted, what it is, what each stage found."""
    parts = (_note(found.row), changes(found.diff), _stages(found.results))
    return "\n\n".join(part for part in parts if part)


def in_short(found: Material) -> str:
    """The same in a few lines: why, and a line a stage."""
    lines = [f"- {stage.title(r)}: **{escape(r.verdict)}**. {escape(r.reason)}" for r in found.results]
    return "\n\n".join([f"Why: {escape(found.row.change_note.get('why', ''))}", "\n".join(lines)])


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
            None if cell.score is None else plain(cell.score),
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


def _timeline(events: Sequence[Event]) -> str:
    rows = [(f"{e.at:%H:%M:%S}", e.kind, e.actor, e.payload.get("reason") or e.payload.get("of")) for e in events]
    return "## Timeline\n\n" + table(("time (UTC)", "event", "actor", "what"), rows)
