"""What Prefect hears of the ledger's events."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tasks.ledger import event
from tasks.ledger.drift_alarm import CONFIRMED
from tasks.release.workspace import Workspace

pytestmark = pytest.mark.prefect


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    from tasks import announce_events

    found: list[dict[str, Any]] = []
    monkeypatch.setattr(announce_events, "emit_event", lambda **said: found.append(said))
    return found


def test_each_event_is_announced_once_with_what_it_is_about(tmp_home: Any, heard: list[dict[str, Any]]) -> None:
    from tasks.announce_events import announce_events

    here = Workspace.here()
    here.store.tx(
        lambda tx: event.append(
            tx,
            kind="promptship.canary.breached",
            actor="monitor",
            subjects={"release_id": "rel_1", "environment": "demo", "prompt_id": "order-extract", "behavior": "ab"},
            payload={"reason": "harm"},
            at=here.now(),
        )
    )
    announce_events()
    announce_events()
    (said,) = heard
    assert said["event"] == "promptship.canary.breached"
    assert said["resource"]["prefect.resource.id"] == "promptship.release.rel_1"
    assert said["payload"] == {
        "reason": "harm", "actor": "monitor", "release_id": "rel_1", "environment": "demo",
        "prompt_id": "order-extract", "behavior": "ab",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("about", "resource"),
    [
        ({"release_id": "rel_1", "environment": "demo", "prompt_id": "p"}, "promptship.release.rel_1"),
        ({"environment": "demo", "prompt_id": "p"}, "promptship.prompt.demo.p"),
        ({"environment": "demo"}, "promptship.environment.demo"),
    ],
)
def test_drift_is_filed_under_what_it_is_about_and_starts_a_rehearsal_of_a_prompt_alone(
    tmp_home: Any, heard: list[dict[str, Any]], about: dict[str, str], resource: str
) -> None:
    from prefect.events.schemas.events import ResourceSpecification

    from deployments import automations
    from tasks.announce_events import announce_events

    here = Workspace.here()
    at = here.now()
    here.store.tx(lambda tx: event.append(tx, kind=CONFIRMED, actor="sentinel", payload={}, subjects=about, at=at))
    announce_events()
    assert heard[0]["resource"]["prefect.resource.id"] == resource
    triggers = [entry["trigger"] for entry in yaml.safe_load(automations.FILE.read_text())]
    (drift,) = (trigger for trigger in triggers if trigger["expect"] == [CONFIRMED])
    wanted = ResourceSpecification.model_validate(drift["match"])
    assert [wanted.matches(one["resource"]) for one in heard] == [resource.startswith("promptship.prompt.")]


def test_a_locked_ledger_is_left_for_later(
    tmp_home: Any, heard: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.errors import LedgerLocked
    from tasks.announce_events import announce_events

    def locked(*_: object) -> None:
        raise LedgerLocked("locked", expected="not locked", fix="wait")

    monkeypatch.setattr(event, "since", locked)
    announce_events()
    assert heard == []
