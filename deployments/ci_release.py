"""Release what a merge changed, and wait for it: in this process, or through the deployment on a Prefect server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from deployments.flow_runs import POLL_S, FlowRuns
from registry.errors import PromptshipError
from tasks.ci.released import Released, of_code, of_run
from tasks.release.orders import ReleaseOrder
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

DEPLOYMENT = "release/release"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Push:
    """What was merged, and the how-manieth run of the job this is: a repeated one starts new flow runs."""

    commit: str
    attempt: str

    def key(self, order: ReleaseOrder) -> str:
        """The idempotency key: parameters are in it, because a server ignores those of a key that it has seen."""
        return f"promptship ci {self.commit} {order.version} {order.environment} {order.until or 'end'} {self.attempt}"


def through_prefect(
    runs: FlowRuns, orders: Sequence[ReleaseOrder], push: Push, *, wait_minutes: float, say: Say
) -> Iterator[Released]:
    """All are started, then waited for in turn. One that takes longer is not decided yet, and goes on by itself."""
    started = [(order, _started(runs, order, push)) for order in orders]
    left = 60 * wait_minutes
    for order, run in started:
        if isinstance(run, Released):
            yield run
            continue
        say(f"{order.version}: {runs.address(run)}")
        found = None
        while (found := _read(runs, order, run)) is None and left > 0:
            runs.sleep(POLL_S)
            left -= POLL_S
        yield found or _late(runs, order, run)


def here(orders: Sequence[ReleaseOrder], *, say: Say) -> Iterator[Released]:
    """One after the other; what stops one does not stop the next."""
    for order in orders:
        try:
            yield _walked(order, say)
        except PromptshipError as error:
            yield _failed(order, error)


def _started(runs: FlowRuns, order: ReleaseOrder, push: Push) -> str | Released:
    parameters = {"order": order.model_dump(mode="json", exclude_defaults=True)}
    try:
        return runs.start(DEPLOYMENT, parameters, push.key(order))
    except PromptshipError as error:
        return _failed(order, error)


def _read(runs: FlowRuns, order: ReleaseOrder, run: str) -> Released | None:
    try:
        return of_run(order.version, runs.read(run), runs.address(run))
    except PromptshipError as error:
        return _failed(order, error)


def _late(runs: FlowRuns, order: ReleaseOrder, run: str) -> Released:
    said = f"{order.version} in {order.environment}: not decided yet; the flow run goes on"
    return Released(order.version, Verdict.INCONCLUSIVE, said, run=runs.address(run))


def _walked(order: ReleaseOrder, say: Say) -> Released:
    from deployments.cli.progress import shown
    from deployments.cli.walk import walk
    from tasks.release.showing import status
    from tasks.report.writing import write_report

    with shown() as tell:
        record = walk(Workspace.here(order.by, tell), order, say)
    if record is None:
        return Released(order.version, Verdict.PASS, f"{order.version} is already live in {order.environment}")
    workspace = Workspace.here(order.by)
    write_report(workspace, record.release_id)
    told = status(workspace, record.release_id, until=order.until)
    return Released(order.version, of_code(told["exit_code"]), told["sentence"], record.release_id)


def _failed(order: ReleaseOrder, error: PromptshipError) -> Released:
    return Released(order.version, Verdict.ERROR, str(error))
