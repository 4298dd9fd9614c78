"""The column of a model, and what became of its candidates."""

from __future__ import annotations

from collections.abc import Sequence
from getpass import getuser

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from registry.errors import UsageError
from tasks import options
from tasks.reaching import unless_away
from tasks.release.orders import ReleaseOrder
from tasks.release.verdict import Verdict, worst
from tasks.sentinel.target import Sizes
from tasks.telling import workspace
from tasks.upgrade import deciding, fallbacks
from tasks.upgrade.column import column
from tasks.upgrade.deciding import Gated
from tasks.upgrade.deltas import told
from tasks.upgrade.watching import refer


@task(task_run_name="find candidates", **options.STAGE)
def find_candidates(old: str, new: str, environment: str, by: str) -> list[ReleaseOrder]:
    """An order up to the gate for each prompt of the column. Raises UsageError where a candidate is not written yet:
    files and lock are an author's, a worker writes none."""
    rows = column(workspace(), environment, old, new)
    missing = [row.prompt for row in rows if row.candidate is None]
    if missing:
        raise UsageError(
            f"no version of {', '.join(missing)} is live's on {new}",
            expected="a candidate for each prompt of the column, locked and committed",
            fix=f"In a checkout: promptship model upgrade {old} --to {new} --gate-only",
        )
    named = [f"{row.prompt}@{row.candidate}" for row in rows]
    return [ReleaseOrder(version=name, environment=environment, by=by, until="gate") for name in named]


@task(task_run_name="smoke fallbacks", **options.STAGE)
def smoke_fallbacks(orders: Sequence[ReleaseOrder], new: str, environment: str) -> list[str]:
    """What eight answers say of each pair of primary model and fallback that the new model is part of."""
    here = workspace()
    pairs = fallbacks.smoke(here, environment, new, {order.prompt for order in orders})
    return [*map(fallbacks.sentence, pairs), *fallbacks.on_itself(here, orders, new)]


@task(task_run_name="read verdicts", **options.STAGE)
def read_verdicts(orders: Sequence[ReleaseOrder]) -> list[Gated]:
    """What the gate said of each candidate, in the order of the column."""
    here = workspace()
    return [deciding.gated(here, order) for order in orders]


@task(task_run_name="find passed", **options.STAGE)
def find_passed(orders: Sequence[ReleaseOrder], found: Sequence[Gated]) -> list[ReleaseOrder]:
    """Orders for the releases of those that passed, to their end."""
    pairs = zip(orders, found, strict=True)
    return [order.model_copy(update={"until": None}) for order, row in pairs if row.onward]


@task(task_run_name="read releases", **options.STAGE)
def read_releases(orders: Sequence[ReleaseOrder], found: Sequence[Gated]) -> list[Gated]:
    """The same rows, with where the releases of those that passed stand."""
    here = workspace()
    return [deciding.released(here, row, order) for order, row in zip(orders, found, strict=True)]


@task(task_run_name="refer to {new}", **options.STAGE)
def refer_to_new(old: str, new: str, environment: str, by: str, found: Sequence[Gated]) -> list[str]:
    """The new endpoint's reference; none when nothing moves to it."""
    if not any(row.verdict is Verdict.PASS for row in found):
        return []
    return [refer(workspace(by or getuser()), environment, old, new, Sizes())]


@task(task_run_name="keep the upgrade", **options.STAGE)
def keep_upgrade(old: str, new: str, environment: str, found: Sequence[Gated]) -> None:
    """The line of the changelog, and the column as a table."""
    deciding.keep(workspace(), environment, old, new, found)
    rows = [{"prompt": row.prompt, "version": row.version, **_verdicts(row), **told(row.deltas)} for row in found]
    with unless_away("the column"):
        create_table_artifact(rows, key="model-upgrade", description=deciding.sentence(old, new, found))


def _verdicts(row: Gated) -> dict[str, str]:
    return {"verdict": str(row.verdict), "released": row.released or ""}


def state_of_upgrade(old: str, new: str, found: Sequence[Gated], said: Sequence[str]) -> State:
    """Green when every prompt of the column passed, and its release did or may still."""
    message = "\n".join([deciding.sentence(old, new, found), *said])
    if worst(row.came_to for row in found) is Verdict.PASS:
        return Completed(name="Passed", message=message)
    if all(row.verdict is Verdict.PASS and row.released in deciding.OPEN for row in found):
        return Completed(name="Waiting", message=message)
    return Failed(name="Partly", message=message)
