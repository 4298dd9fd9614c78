"""Who did what is in `event`, and in the changelog where it changed what is served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.ledger import event
from tests.world import PROMPT

from .conftest import RELEASE, Place

Promptship = Callable[..., Any]


@pytest.fixture
def served(place: Place) -> Place:
    """v1, v2 live, and a canary of v3 that waits for somebody's approval."""
    place.serve("v1", "v2")
    place.canary("v3")
    place.with_policy(RELEASE)
    about, at = {"release_id": RELEASE, "environment": "demo", "prompt_id": PROMPT}, datetime.now(UTC)
    payload = {"of": "before 100", "question": "May it?"}
    kind = "promptship.approval.asked"
    place.store.tx(lambda tx: event.append(tx, kind=kind, actor="flow", subjects=about, payload=payload, at=at))
    return place


@pytest.mark.parametrize(
    ("command", "kinds", "line"),
    [
        (("release", "approve", RELEASE), {"approval.answered"}, None),
        (("release", "reject", RELEASE), {"approval.answered"}, None),
        (("release", "abort", RELEASE), {"canary.withdrawn", "release.held"}, "release"),
        (("rollback", PROMPT, "-e", "demo"), {"canary.withdrawn", "release.rolled_back"}, "release"),
        (("rollback", PROMPT, "-e", "demo", "--to", "v1"), {"live.rolled_back"}, "rollback"),
        (("live", "pin", PROMPT, "v1", "-e", "demo"), {"live.pinned"}, "pin"),
        (("live", "pin", PROMPT, "v3", "-e", "demo", "--break-glass"), {"live.pinned"}, "pin"),
        (("trace", "forget", "--unit", "u1", "-e", "demo"), {"unit.forgotten"}, None),
    ],
)  # fmt: skip
def test_each_deed_has_its_event_with_name_and_reason(
    command: tuple[str, ...],
    kinds: set[str],
    line: str | None,
    served: Place,
    promptship: Promptship,
) -> None:
    said = promptship(*command, "--by", "Ana Ruiz", "--reason", "too slow")
    assert said.code in (0, 1), said.err
    told = served.store.rows("SELECT kind, payload FROM event WHERE actor = 'Ana Ruiz'")
    assert {f"promptship.{kind}" for kind in kinds} <= {row["kind"] for row in told}
    assert all("too slow" in str(row["payload"]) for row in told)
    if line is not None:
        found = served.store.rows("SELECT reason FROM changelog WHERE kind = ? AND decided_by = 'Ana Ruiz'", [line])
        assert ["too slow" in row["reason"] for row in found] == [True]
