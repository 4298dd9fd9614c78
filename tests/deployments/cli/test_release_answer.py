from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.ledger import event
from tasks.ledger.store import Transaction
from tasks.release import suspending
from tasks.release.loading import ANSWERED, ASKED

from .conftest import RELEASE, Place

Promptship = Callable[..., Any]
WHO = ("--by", "Ana Ruiz", "--reason", "too risky before the sale")


@pytest.fixture
def asked(place: Place) -> Place:
    """A release asks a person about its canary, and a Prefect run waits for the answer."""
    place.serve("v1")
    place.canary("v2")
    place.with_policy(RELEASE)

    def write(tx: Transaction) -> None:
        about, at = {"release_id": RELEASE, "environment": "demo", "prompt_id": "p"}, datetime(2026, 11, 21, tzinfo=UTC)
        kinds: dict[str, dict[str, str]] = {ASKED: {}, suspending.SUSPENDED: {"flow_run_id": "run-1"}}
        for kind, more in kinds.items():
            payload = {"of": "before 25", "reason": "", **more}
            event.append(tx, kind=kind, actor="flow", subjects=about, payload=payload, at=at, event_id=f"{kind}:asked:")

    place.store.tx(write)
    return place


@pytest.mark.parametrize(("verb", "approve"), [("approve", True), ("reject", False)])
def test_an_answer_is_written_by_name(asked: Place, promptship: Promptship, verb: str, approve: bool) -> None:
    said = promptship("release", verb, RELEASE, *WHO, "--json")
    assert (said.code, said.document["of"], said.document["approved"]) == (0, "before 25", approve)
    (answer,) = [e for e in event.of_release(asked.store, RELEASE) if e.kind == ANSWERED]
    assert (answer.actor, answer.payload["approve"]) == ("Ana Ruiz", approve)
    assert answer.payload["reason"] == "too risky before the sale"
    (due,) = asked.store.read(lambda view: suspending.due(view, RELEASE))
    assert due.run_id == "run-1"
    again = promptship("release", verb, RELEASE, *WHO)
    assert (again.code, "waits for nobody" in again.err) == (3, True)


def test_without_a_server_it_says_how_to_go_on(asked: Place, promptship: Promptship) -> None:
    out = promptship("release", "reject", RELEASE, *WHO).out
    assert out.splitlines() == [
        "Ana Ruiz rejected before 25",
        f"Go on with: promptship release resume {RELEASE}",
    ]


@pytest.mark.parametrize("given", [("--by", " ", "--reason", "fine"), ("--by", "Ana", "--reason", "")])
def test_nobody_and_no_reason_are_no_answer(asked: Place, promptship: Promptship, given: tuple[str, ...]) -> None:
    assert promptship("release", "approve", RELEASE, *given).code == 64
    assert not [e for e in event.of_release(asked.store, RELEASE) if e.kind == ANSWERED]
