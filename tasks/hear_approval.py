"""Wait for a person in Prefect's own page: the run is suspended, and no process is kept, until they answer.

The ledger has the answer. A person who gives it with `promptship release approve` has given it; the run is then let go
on with an input that says nothing but that.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from prefect.artifacts import create_markdown_artifact
from prefect.exceptions import NotPausedError, ObjectNotFound
from prefect.flow_runs import resume_flow_run, suspend_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from pydantic import Field

from registry.behavior import sha
from registry.errors import ReleaseError
from tasks.reaching import unless_away
from tasks.release import suspending
from tasks.release.asking import answer
from tasks.release.loading import load
from tasks.release.record import Record, Step
from tasks.release.suspending import Waiting
from tasks.release.workspace import Workspace
from tasks.report.markdown import code, escape, fenced
from tasks.report.material import Material, gather
from tasks.report.release import in_short, so_far
from tasks.report.writing import where_the_page_is, write
from tasks.telling import slug

TIMEOUT: Final = timedelta(days=30)
"""Longer than any deadline: a run whose time is over fails without being run. The monitor keeps the deadline."""
ELSEWHERE: Final = "promptship: the answer is in the ledger"


class Approval(RunInput):
    """May this release go on? Nothing is filled in: what was would be no answer."""

    decision: Annotated[Literal["approve", "reject"], Field(title="Decision")]
    approver: Annotated[
        str, Field(min_length=1, title="Your name", description="The changelog shows it; nobody checks it.")
    ]
    reason: Annotated[str, Field(min_length=1, title="Reason", description="The changelog shows it.")]


def hear(here: Workspace, record: Record, step: Step) -> Record:
    """Suspend this run until a person has answered, and write down what they said. Called by a flow, not by a task.

    Raises ReleaseError when the run was let go on without an answer.
    """
    of = step.of or ""
    new = suspending.note(here, record, of, str(flow_run.id))
    found = gather(here, record.release_id)
    if new:
        _show(record, of, _page(here, record, of, found))
    asked = Approval.with_initial_data(description=_brief(record, of, found))
    key = sha([record.release_id, of, record.asked[of].isoformat()])
    said = suspend_flow_run(wait_for_input=asked, timeout=int(TIMEOUT.total_seconds()), key=key)
    if said.approver == ELSEWHERE:
        raise ReleaseError(
            f"this run was let go on, but nobody has answered about {of}",
            expected="an answer in the ledger",
            fix=f"Run `promptship release approve {record.release_id}`, then `promptship release resume`",
        )
    approve = said.decision == "approve"
    answer(here, record.release_id, approve=approve, by=said.approver, reason=said.reason)
    return load(here, record.release_id, record.walk, here.now())


def wake(here: Workspace, waiting: Waiting) -> str:
    """Let a run go on whose answer is in the ledger. What came of it, for people; raises nothing of Prefect's."""
    told = {"decision": "reject", "approver": ELSEWHERE, "reason": "answered, or ended, elsewhere"}
    try:
        resume_flow_run(UUID(waiting.run_id), run_input=told)
        how = "goes on"
    except (NotPausedError, ObjectNotFound):
        how = "does not wait any more"
    except Exception as error:  # noqa: BLE001 - whatever a server or a network does: the answer is written
        return f"could not be reached: {error}"
    suspending.woken(here, waiting, how)
    return how


def _brief(record: Record, of: str, found: Material) -> str:
    """What is asked, until when, and the verdicts: the fields come right below it, in a small window."""
    parts = [
        f"**{escape(question(record, of))}**",
        _deadline(record, of),
        in_short(found),
        f"What changed, all numbers and the page with plots: {code(_key(record))}, among this run's artifacts.",
    ]
    return "\n\n".join(parts)


def _page(here: Workspace, record: Record, of: str, found: Material) -> str:
    """All that there is to read before one answers."""
    parts = [
        f"# {escape(question(record, of))}",
        _deadline(record, of),
        so_far(found),
        "The numbers of each stage are artifacts of this run.",
        where_the_page_is(write(here, found)),
    ]
    return "\n\n".join(parts)


def _deadline(record: Record, of: str) -> str:
    return f"Answer before {_until(record, of):%Y-%m-%d %H:%M} UTC: afterwards the release is held."


def _key(record: Record) -> str:
    """Of the artifact that says what this run waits for."""
    return slug(f"waits {record.prompt_id}")


def question(record: Record, of: str) -> str:
    """`of` is `gate` or `before <share>`, as the ledger has it."""
    name = f"{record.prompt_id} {record.to_version}"
    share = of.removeprefix("before ")
    if share == of:
        return f"{name} in {record.environment}: go on although its {of} was inconclusive?"
    much = "all traffic" if share == "100" else f"{share} % of the traffic"
    return f"{name} in {record.environment}: give it {much}?"


def _until(record: Record, of: str) -> datetime:
    return record.asked[of] + record.policy.deadline_approval


def _show(record: Record, of: str, page: str) -> None:
    """A suspended run says itself only that it waits; this says for what."""
    asked = f"Waits for a person until {_until(record, of):%Y-%m-%d %H:%M} UTC: {question(record, of)}"
    command = f"promptship release approve {record.release_id} --by NAME --reason WHY"
    how = f"*Resume*, in the menu at the top right of this run, asks for the answer. Or:\n\n{fenced(command, 'sh')}"
    with unless_away("what is asked"):
        create_markdown_artifact(f"{page}\n\n{how}", key=_key(record), description=asked)
