"""`promptship judge export`: answers for people to label."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from deployments.cli.output import as_json, document

if TYPE_CHECKING:
    from tasks.ledger.eval_result import EvalResult
    from tasks.release.workspace import Workspace

_SEED = 7


@click.command("export")
@click.argument("evalset")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--run", "run_id", metavar="RUN[:ARM]", help="A run on dev cases (`eval list`); ARM: what `pairwise` compares with."
)
@click.option("--release", "release_id", metavar="REL", help="A release whose gate asked this set: for pairs.jsonl.")
@click.option("--sample", type=click.IntRange(1), help="Only so many cases, drawn by chance.")
@as_json
def export(
    evalset: str, file: Path, run_id: str | None, release_id: str | None, sample: int | None, json_: bool
) -> None:
    """Write the answers of a run to FILE, one a line with `good: null`, for a person to say true or false.

    The lines are shuffled and name versions by their hash. Read them back with `judge calibrate`.
    """
    from registry.behavior import short
    from tasks.calibration.exporting import Said, to_label
    from tasks.evaluation import evalset as evalsets
    from tasks.release.workspace import Workspace

    if (run_id is None) == (release_id is None):
        raise click.UsageError("name a run or a release: --run RUN or --release REL")
    _not_there(file)
    workspace = Workspace.here("cli")
    library = evalsets.read(workspace.roots.evalsets, evalset)
    run, _, arm = (run_id or ":live").partition(":")
    rows = _of_release(workspace, release_id) if release_id else _of_run(workspace, run)
    said = [Said(row.case_id, short(row.behavior), row.output) for row in rows if row.output is not None]
    live = next((short(row.behavior) for row in rows if row.arm == arm), None)
    lines = to_label(library, said, live, sample, Random(_SEED))  # noqa: S311 (the same cases each time)
    _some(lines, evalset)
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    if json_:
        document("labels", evalset=evalset, file=file, lines=len(lines), held_out=release_id is not None)
        return
    click.echo(f"{len(lines)} answers to label in {file}")
    if release_id is not None:
        click.echo("These are cases of the gate: whoever works on the prompt must not see them.", err=True)


def _not_there(file: Path) -> None:
    if file.exists():
        raise click.UsageError(f"{file} is there already, perhaps with labels in it; name another file")


def _of_run(workspace: Workspace, run_id: str) -> list[EvalResult]:
    """Raises EvalSetError for a gate's run, and for one that is not there."""
    from deployments.cli.eval_compare import on_dev
    from tasks.ledger import eval_result

    rows = eval_result.of_run(workspace.store, run_id)
    on_dev(run_id, rows)
    return rows


def _of_release(workspace: Workspace, release_id: str) -> list[EvalResult]:
    """The first round of candidate and live in the newest gate test of this release."""
    from registry.errors import EvalSetError
    from tasks.ledger import eval_result, stage_result

    gates = [one for one in stage_result.of_release(workspace.store, release_id) if one.stage == "gate"]
    if not gates:
        raise EvalSetError(
            f"release {release_id!r} has no gate",
            expected="a release whose gate has answered",
            fix="See `promptship release list`",
        )
    rows = eval_result.of_test(workspace.store, gates[-1].evidence["gate_test_id"])
    return [row for row in rows if row.round == 1 and row.arm in ("candidate", "live")]


def _some(lines: object, evalset: str) -> None:
    from registry.errors import EvalSetError

    if not lines:
        raise EvalSetError(
            f"there is no answer to a case of {evalset!r}",
            expected="a run or a release on this eval set",
            fix="See `promptship eval list` for runs, `promptship release list` for releases",
        )
