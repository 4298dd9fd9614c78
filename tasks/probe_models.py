"""A night of the sentinel, and the matrix with what is left of it; both as a Prefect state."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from tasks import options
from tasks.ledger.drift import Found
from tasks.matrix import gathering, running
from tasks.matrix.plan import Plan
from tasks.matrix.standing import standings
from tasks.matrix.text import COLUMNS, row, summary
from tasks.matrix.tonight import tonight
from tasks.report.markdown import escape
from tasks.sentinel.consequences import ACTOR
from tasks.sentinel.night import Night
from tasks.telling import workspace

STALE = timedelta(hours=12)
"""After an outage all missed runs come at once: one this late leaves it to the next night."""


class Probed(NamedTuple):
    """How the night ended: the name of its state, what there is to say, and whether a person is needed."""

    name: str
    message: str
    alarming: bool = False


@task(task_run_name="probe models", **options.STAGE)
def probe_models(environment: str, wait: bool) -> Probed:
    """Contracts, fingerprints and texts; second draws are waited for. A run that is started again draws nothing twice
    within the hour: a first draw that fired stays open."""
    here = workspace(ACTOR)
    if here.now() - flow_run.scheduled_start_time > STALE:
        return Probed("Stale", "this run is late: the next night probes")
    found = Night(here, environment, wait=wait).run(_announce, lambda _: None)
    key = f"drift-{environment}"
    create_markdown_artifact(_lines(found) or "Nothing is live.", key=key, description="What the sentinel found")
    return _ended(found)


@task(task_run_name="judge matrix", **options.STAGE)
def judge_matrix(environment: str) -> int:
    """Smokes and evals of tonight's plan; how many looks were taken."""
    here = workspace(ACTOR)
    if here.now() - flow_run.scheduled_start_time > STALE:
        return 0
    looked = running.run(here, tonight(here, environment), lambda _: None)
    cells = gathering.cells(here, environment, here.now())
    table = [dict(zip(COLUMNS, map(_cell, row(one)), strict=True)) for one in standings(here.store, cells)]
    create_table_artifact(table, key=f"matrix-{environment}", description="Every live prompt on every model")
    return len(looked)


def state_of_night(probed: Probed, looked: int) -> State:
    """Red, with a name of its own, where a drift is confirmed."""
    make = Failed if probed.alarming else Completed
    return make(name=probed.name, message=f"{probed.message}\n{looked} looks at cells of the matrix".strip())


def _announce(plan: Plan) -> None:
    for line in summary(plan):
        get_run_logger().info("%s", line)


def _ended(found: Sequence[Found]) -> Probed:
    message = "\n".join(f"{one.target}: {one.sentence}" for one in found)
    if any(one.pages for one in found):
        return Probed("Drifted", message, True)
    unsure = any(one.verdict == "inconclusive" for one in found)
    return Probed("Inconclusive" if unsure else "Stable", message)


def _lines(found: Sequence[Found]) -> str:
    lines = []
    for one in found:
        lines.append(f"- {escape(one.target)}: {escape(one.sentence)}")
        shown = (f"{said['probe']}: {said['before']} -> {said['now']}" for said in one.examples)
        lines += [f"    - {escape(text)}" for text in shown]
    return "\n".join(lines)


def _cell(value: object) -> object:
    return "" if value is None else value
