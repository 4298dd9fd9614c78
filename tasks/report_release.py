"""How a walk ended, as a Prefect state: its name is the decision, its message the sentence."""

from __future__ import annotations

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from registry.errors import AccessDenied, ReleaseError
from tasks.label_run import label_run
from tasks.reaching import unless_away
from tasks.release.orders import ReleaseOrder
from tasks.release.outcome import Outcome, outcome
from tasks.release.outcome import State as Ended
from tasks.release.record import Record
from tasks.report.writing import Report, where_the_page_is, write_report
from tasks.telling import workspace

_NAMES = {
    Ended.PROMOTED: "Promoted",
    Ended.REJECTED: "Rejected",
    Ended.ROLLED_BACK: "RolledBack",
    Ended.HELD: "Held",
    Ended.WAITING: "Waiting",
    Ended.WATCHING: "Watching",
    Ended.STOPPED: "Stopped",
    Ended.ERROR: "Error",
}
_GREEN = (Ended.PROMOTED, Ended.WATCHING, Ended.WAITING)


def state_of(order: ReleaseOrder, record: Record | None) -> State:
    """Promoted is green; rejected, rolled back and held are red with a name of their own, unlike a crash."""
    if record is None:
        return Completed(name="AlreadyLive", message=f"{order.version} is already live in {order.environment}")
    here = workspace()
    ended = outcome(record)
    report = write_report(here, record.release_id)
    label_run(record.release_id, _NAMES[ended.state])
    with unless_away("the report"):
        create_markdown_artifact(_page(report), key=f"report-{record.prompt_id}", description=ended.sentence)
    return _state(ended)


def refused(error: ReleaseError | AccessDenied) -> State:
    """It may not begin or go on: another attempt is open or walked, it ended before, nobody has answered, or this
    account may not publish there."""
    return Failed(name="Refused", message=str(error))


def _page(report: Report) -> str:
    """A browser opens no file from this page: the path is there to copy."""
    return f"{report.markdown}\n{where_the_page_is(report)}"


def _state(ended: Outcome) -> State:
    green = ended.state in _GREEN or ended.exit_code == 0
    make = Completed if green else Failed
    return make(name=_NAMES[ended.state], message=ended.sentence)
