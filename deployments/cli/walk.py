"""The second shell: the same stages in this process, without Prefect."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tasks.planning.announcing import announce
from tasks.release.claiming import hold
from tasks.release.loading import begin
from tasks.release.opening import recover_or_open
from tasks.release.order import next_step
from tasks.release.orders import ReleaseOrder
from tasks.release.record import Record, Stage
from tasks.release.taking import Run, take
from tasks.release.workspace import Workspace

_STAGES: Final = {
    Stage.LINT: "tasks.lint.stage",
    Stage.FAST_GATE: "tasks.gate.fast_stage",
    Stage.GATE: "tasks.gate.stage",
    Stage.SHADOW: "tasks.shadow.stage",
    Stage.REHEARSAL: "tasks.rehearsal.stage",
    Stage.CANARY: "tasks.canary.stage",
    Stage.PROMOTE: "tasks.release.promoting",
    Stage.APPROVAL: "tasks.release.asking",
    Stage.REBASE: "tasks.release.rebasing",
    Stage.CLOSE: "tasks.release.closing",
}


def walk(workspace: Workspace, order: ReleaseOrder, opened: Callable[[str], None]) -> Record | None:
    """Open or resume the release, show its plan and take its steps until it ends or waits.

    None when the version is live already.
    """
    with hold(workspace, f"release:{order.environment}/{order.prompt}"):
        found = recover_or_open(workspace, order, workspace.now())
        opened(found.sentence)
        if found.release_id is None:
            return None
        for line in announce(workspace, found.release_id):
            opened(line)
        until = Stage(order.until) if order.until else None
        record = begin(workspace, found.release_id, until, timedelta(minutes=order.watch_minutes))
        while step := next_step(record, workspace.now()):
            record = take(workspace, record, step, _run(step.stage))
        return record


def _run(stage: Stage) -> Run:
    run: Run = importlib.import_module(_STAGES[stage]).run
    return run
