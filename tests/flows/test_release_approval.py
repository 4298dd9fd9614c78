"""A release that waits for a person, as a run of a deployment: suspended on the server, and let go on by an answer.

The runs are those of a deployment on a real server; this process takes the worker's part and executes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deployments.cli import main
from tasks.ledger import changelog, event, release
from tasks.ledger.release import Release
from tasks.release import order as rules
from tasks.release.orders import ReleaseOrder
from tests.shop import Shop, shop
from tests.world import PROMPT

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_harness")]

YES = {"decision": "approve", "approver": "Ana Ruiz", "reason": "read all of it"}


@dataclass(frozen=True)
class Run:
    """A run of the release deployment; `here` is what it releases in."""

    here: Shop
    id: UUID

    @property
    def state(self) -> Any:
        return self._run().state

    def execute(self) -> None:
        """As the worker does, until it ends or is suspended."""
        from prefect.exceptions import Pause
        from prefect.flow_engine import run_flow

        from flows.release import release as release_flow

        run = self._run()
        with suppress(Pause):
            run_flow(release_flow, flow_run=run, parameters={"order": _order()}, return_type="state")

    def resume(self, **answer: str) -> None:
        from prefect.flow_runs import resume_flow_run

        resume_flow_run(self.id, run_input=answer)

    def page(self) -> str:
        """What the person who is asked gets to read."""
        from prefect.input.actions import read_flow_run_input

        keys = self.state.state_details.run_input_keyset
        return str(read_flow_run_input(keys["description"], flow_run_id=self.id))

    @property
    def release(self) -> Release:
        return release.recent(self.here.workspace.store)[0]

    def _run(self) -> Any:
        from prefect.client.orchestration import get_client

        with get_client(sync_client=True) as client:
            return client.read_flow_run(self.id)


def _order() -> ReleaseOrder:
    return ReleaseOrder(version=f"{PROMPT}@v1", environment="demo", by="test")


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Run]:
    """A first release in an environment that asks a person, executed until it waits."""
    with shop(tmp_path, {"v1": (40, 0)}) as here:
        environments = here.roots.registry / "environments.yaml"
        text = environments.read_text()
        asks = "  approval: {low: [before_canary]}\n  weakened: true "
        environments.write_text(text.replace("  weakened: true ", asks, 1))
        run = Run(here, _deployed())
        run.execute()
        yield run


def _deployed() -> UUID:
    from prefect.client.orchestration import get_client

    from flows.release import release as release_flow

    with get_client(sync_client=True) as client:
        flow_id = client.create_flow(release_flow)
        deployment = client.create_deployment(flow_id, "release")
        made = client.create_flow_run_from_deployment(deployment, parameters={"order": _order().model_dump()})
    return made.id


def test_it_is_suspended_and_goes_on_when_it_is_approved(waiting: Run) -> None:
    assert (waiting.state.type.value, waiting.state.name) == ("PAUSED", "Suspended")
    assert waiting.release.decision is None
    page, asked = waiting.page(), len(waiting.here.driver.requests)
    assert "v1 in demo: give it all traffic?" in page
    assert "afterwards the release is held" in page
    assert "Why: Version v1 was measured" in page
    waiting.resume(**YES)
    waiting.execute()
    assert (waiting.state.name, waiting.here.live) == ("Promoted", "v1")
    decided = waiting.release
    assert decided.decision == "promote"
    assert len([r for r in waiting.here.driver.requests if "of case" in r.messages[-1]["content"]]) == asked
    (entry,) = changelog.entries(waiting.here.workspace.store)
    assert entry.approved_by == "Ana Ruiz"
    assert "Ana Ruiz approved before 100 at " in (entry.reason or "")
    assert "read all of it" in (entry.reason or "")


def test_an_answer_without_a_name_or_a_decision_is_refused(waiting: Run) -> None:
    for answer in ({**YES, "approver": ""}, {"approver": "Ana Ruiz"}, {}):
        with pytest.raises(Exception, match=r"validation|Cannot resume|required|input"):
            waiting.resume(**answer)
        assert waiting.state.name == "Suspended"


def test_rejected_it_ends_red(waiting: Run) -> None:
    waiting.resume(**{**YES, "decision": "reject"})
    waiting.execute()
    assert (waiting.state.name, waiting.state.is_failed()) == ("Rejected", True)
    assert waiting.release.reason == "Ana Ruiz refused: read all of it"


def test_an_answer_at_the_command_line_lets_it_go_on(
    waiting: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "the harness has the address in its settings")
    code = main.run(["release", "approve", waiting.release.release_id, "--by", "Bo", "--reason", "fine"])
    assert (code, waiting.state.is_scheduled()) == (0, True)
    assert f"flow run {waiting.id} goes on" in capsys.readouterr().out
    waiting.execute()
    assert (waiting.state.name, waiting.here.live) == ("Promoted", "v1")


def test_past_the_deadline_the_monitor_closes_it_and_the_run_says_so(
    waiting: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.guard_monitor import guard_monitor

    late = rules.next_step
    monkeypatch.setattr("tasks.monitor.carrying.next_step", lambda record, now: late(record, now + timedelta(hours=25)))
    watched = guard_monitor(minutes=0, return_state=True)
    assert watched.name == "Alerted"
    assert (waiting.release.decision, waiting.state.is_scheduled()) == ("hold", True)
    waiting.execute()
    assert (waiting.state.name, waiting.state.is_failed()) == ("Held", True)
    assert len(release.recent(waiting.here.workspace.store)) == 1


def test_let_go_on_without_an_answer_it_approves_nothing(waiting: Run) -> None:
    from tasks.hear_approval import ELSEWHERE

    waiting.resume(**{**YES, "approver": ELSEWHERE})
    waiting.execute()
    assert (waiting.state.name, waiting.state.is_failed()) == ("Refused", True)
    assert "nobody has answered" in waiting.state.message
    kinds = [e.kind for e in event.of_release(waiting.here.workspace.store, waiting.release.release_id)]
    assert "promptship.approval.answered" not in kinds
    assert waiting.release.decision is None
