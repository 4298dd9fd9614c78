"""`promptship judge`: models that score answers, compared with people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deployments.cli import judge_export
from deployments.cli.output import as_json, document, table
from deployments.cli.verbs import Verbs

if TYPE_CHECKING:
    from tasks.calibration.calibration import Calibration
    from tasks.calibration.label import Label
    from tasks.evaluation.evalset import Library
    from tasks.evaluation.panel import Panel
    from tasks.release.workspace import Workspace

_MEASURES = ("measure", "value", "low", "high")
_LEANINGS = ("by", "group", "n", "value", "low", "high", "differs")


@click.group("judge", cls=Verbs)
def command() -> None:
    """Models that score answers, compared with people."""


command.add_command(judge_export.export)


@command.command("calibrate")
@click.argument("evalset")
@click.option(
    "--labels",
    "labels_",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON lines: case, answer, good, and if you like arm, style, metric, by; `judge export` writes them.",
)
@click.option("--max-usd", type=click.FloatRange(0), default=5, show_default=True, help="Stop when this is spent.")
@as_json
def calibrate(evalset: str, labels_: Path, max_usd: float, json_: bool) -> int:
    """Ask the judge of EVALSET about answers that people labelled, and keep how well it agrees.

    Exit 1 when it is unfit for gating; `calibration.json` beside evalset.yaml is what the gate reads, so commit it.
    """
    from tasks.calibration import keeping
    from tasks.calibration.label import read_labels
    from tasks.evaluation import evalset as evalsets
    from tasks.release.workspace import Workspace

    workspace = Workspace.here("cli")
    library = evalsets.read(workspace.roots.evalsets, evalset)
    labels = read_labels(labels_, {case.id for case in library.cases})
    found = _measure(workspace, library, labels, max_usd)
    path = keeping.write(workspace.roots.evalsets, evalset, found)
    if json_:
        told = found.model_dump(mode="json")
        document("calibration", evalset=evalset, fit=found.fit, faults=list(found.faults), path=path, **told)
    else:
        _print(found, path)
    return int(not found.fit)


def _measure(workspace: Workspace, library: Library, labels: list[Label], max_usd: float) -> Calibration:
    from registry import behavior
    from tasks.calibration.asking import verdicts
    from tasks.calibration.calibration import calibrate
    from tasks.gateway.budget import Budget
    from tasks.gateway.cache import Cache
    from tasks.gateway.gateway import Gateway

    panel, rubrics = _judges(workspace, library)
    judges = panel.behaviors
    door = Gateway(Budget(max_usd=max_usd), Cache(workspace.roots.cache))
    said = verdicts(library, labels, panel, door, f"calibration {behavior.sha(judges)}")
    return calibrate(labels, said, judges, rubrics, workspace.now().date())


def _judges(workspace: Workspace, library: Library) -> tuple[Panel, str]:
    """Raises EvalSetError for a set that asks no judge."""
    from registry.errors import EvalSetError
    from tasks.calibration.rubrics import rubrics_sha
    from tasks.evaluation.seating import seat

    rubrics = rubrics_sha(library)
    if rubrics is None:
        raise EvalSetError(
            f"eval set {library.evalset.name!r} asks no judge",
            expected="an assertion llm-rubric or pairwise, and `judge` in evalset.yaml",
            fix="Add them, or name another set",
        )
    return seat(library.evalset, workspace.catalog, []), rubrics


def _print(found: Calibration, path: Path) -> None:
    measures = {name: getattr(found, name) for name in ("kappa", "sensitivity", "specificity")}
    table(_MEASURES, [{"measure": name, **one.model_dump()} for name, one in measures.items()])
    if found.leanings:
        click.echo()
        table(_LEANINGS, [one.model_dump() for one in found.leanings], title="kinder to a group than to the others")
    click.echo(f"\n{found.n} answers, {found.unread} more could not be read; kept in {path}")
    for fault in found.faults:
        click.echo(f"unfit: {fault}")
