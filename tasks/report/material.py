"""All that a report is made of, fetched at once; the renderers read it and touch nothing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from registry.diff.lineage import Side
from registry.diff.tokens import Tokens
from registry.diff.version_diff import VersionDiff, diff
from registry.errors import RegistryError
from tasks.ledger import eval_result, event, look, matrix_cell, release, stage_result
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.event import Event
from tasks.ledger.look import Seen
from tasks.ledger.matrix_cell import MatrixCell
from tasks.ledger.release import Release
from tasks.ledger.stage_result import StageResult
from tasks.ledger.store import Reader
from tasks.release.workspace import Workspace


@dataclass(frozen=True)
class Material:
    """`answers` are those of the gate's test, `cells` what the matrix says of both versions; `diff` is None for a first
    release, or when the files are not at hand."""

    row: Release
    results: tuple[StageResult, ...]
    events: tuple[Event, ...]
    looks: tuple[Seen, ...] = ()
    answers: tuple[EvalResult, ...] = ()
    diff: VersionDiff | None = None
    cells: tuple[MatrixCell, ...] = ()


def gather(workspace: Workspace, release_id: str) -> Material:
    """One look at the ledger and at the registry. Raises UnknownRelease."""
    found = workspace.store.read(lambda view: _from_ledger(view, release_id))
    return Material(**{**vars(found), "diff": _difference(workspace, found)})


def _from_ledger(reader: Reader, release_id: str) -> Material:
    results = stage_result.of_release(reader, release_id)
    tests = {str(test) for result in results if (test := result.evidence.get("gate_test_id"))}
    row = release.get(reader, release_id)
    versions = (row.from_behavior, row.to_behavior)
    return Material(
        row=row,
        results=tuple(results),
        events=tuple(event.of_release(reader, release_id)),
        looks=tuple(look.course(reader, release_id)),
        answers=tuple(answer for test in sorted(tests) for answer in eval_result.of_test(reader, test)),
        cells=tuple(cell for cell in matrix_cell.newest(reader) if cell.behavior in versions),
    )


def _difference(workspace: Workspace, found: Material) -> VersionDiff | None:
    """Only between files that still have the behavior which was released."""
    row = found.row
    if row.from_version is None:
        return None
    with suppress(RegistryError, OSError):
        before, after = (_side(workspace, row.prompt_id, name) for name in (row.from_version, row.to_version))
        if (before.behavior.sha, after.behavior.sha) == (row.from_behavior, row.to_behavior):
            return diff(before, after, _between(workspace, before, after), _tokens(found.answers))
    return None


def _side(workspace: Workspace, prompt_id: str, version: str) -> Side:
    found = workspace.catalog.get(prompt_id, version)
    return Side(found, workspace.catalog.behavior(found))


def _between(workspace: Workspace, before: Side, after: Side) -> list[Side]:
    """The versions between the two by number, as far as they can be read."""
    low, high = sorted((before.number, after.number))
    sides = []
    for name in workspace.catalog.versions(before.version.id):
        if low < int(name[1:]) < high:
            with suppress(RegistryError):
                sides.append(_side(workspace, before.version.id, name))
    return sides


def _tokens(answers: tuple[EvalResult, ...]) -> Tokens | None:
    """The model's own count over the gate's cases; None while nobody counted."""
    counts = {
        arm: [a.prompt_tokens for a in answers if a.arm == arm and a.round == 1 and a.prompt_tokens is not None]
        for arm in ("live", "candidate")
    }
    if not all(counts.values()):
        return None
    before, after = (round(sum(found) / len(found), 1) for found in counts.values())
    return Tokens(before, after, f"counted by the model, mean of {len(counts['candidate'])} eval cases")
