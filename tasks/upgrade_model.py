"""The column of a model, and what became of its candidates."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from registry.errors import UsageError
from tasks import options
from tasks.ledger import release as releases
from tasks.release.orders import ReleaseOrder
from tasks.release.showing import status
from tasks.release.verdict import Verdict
from tasks.telling import workspace
from tasks.upgrade import deltas, fallbacks
from tasks.upgrade.column import column
from tasks.upgrade.deciding import VERDICTS, Gated, keep, sentence


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


@task(task_run_name="verdict of {order.version}", **options.STAGE)
def verdict_of(order: ReleaseOrder) -> Gated:
    """What the newest attempt of this candidate came to, as far as it went."""
    here = workspace()
    newest = releases.recent(here.store, environment=order.environment, prompt_id=order.prompt, limit=1)
    if not newest or newest[0].to_version != order.number:
        return Gated(order.prompt, order.number, Verdict.PASS, "it is live already", "promoted")
    told = status(here, newest[0].release_id, until=order.until)
    if order.until is None:  # only what passed the gate is released
        return Gated(order.prompt, order.number, Verdict.PASS, told["sentence"], told["state"])
    found = deltas.of_newest(here.store, order.environment, order.prompt)
    return Gated(order.prompt, order.number, VERDICTS[told["exit_code"]], told["sentence"], deltas=found)


@task(task_run_name="smoke fallbacks to {model}", **options.STAGE)
def smoke_fallbacks(model: str, environment: str) -> list[str]:
    """What eight answers say of each live prompt that falls back to this model."""
    return [fallbacks.sentence(pair) for pair in fallbacks.smoke(workspace(), environment, model)]


@task(task_run_name="keep the upgrade", **options.STAGE)
def keep_upgrade(old: str, new: str, environment: str, found: Sequence[Gated]) -> None:
    """The line of the changelog, and the column as a table."""
    keep(workspace(), environment, old, new, found)
    rows = [
        {
            "prompt": row.prompt,
            "version": row.version,
            "verdict": str(row.verdict),
            "to live": deltas.sentence(row.deltas),
        }
        for row in found
    ]
    create_table_artifact(rows, key="model-upgrade", description=sentence(old, new, found))


def state_of_upgrade(old: str, new: str, found: Sequence[Gated], pairs: Sequence[str]) -> State:
    """Green when every prompt of the column passed."""
    good = all(row.verdict == Verdict.PASS for row in found)
    return (Completed if good else Failed)(
        name="Passed" if good else "Partly", message="\n".join([sentence(old, new, found), *pairs])
    )
