from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deployments.cli import changelog
from registry.runtime.routes import Pinned
from tasks.ledger import release
from tests.world import PROMPT

from .conftest import Place, a_release
from .test_bad_input import held

Promptship = Callable[..., Any]
COLUMNS = [
    "kind", "started_at", "released_at", "ended_at", "environment", "prompt_id", "from_version", "to_version",
    "from_behavior", "to_behavior", "components_changed", "author", "why", "expected", "observed", "outcome",
    "decision", "decided_by", "approved_by", "reason", "release_id", "how_to_reverse",
]  # fmt: skip
LIVE, NEW = Pinned(version="v1", behavior="a" * 64), Pinned(version="v2", behavior="b" * 64)


def _released(place: Place, number: int, **changes: Any) -> None:
    now = datetime.now(UTC)
    fields = {"release_id": f"rel_{number}", "started_at": now - timedelta(days=number), **changes}

    def write(tx: Any) -> None:
        release.insert(tx, a_release(LIVE, NEW, **fields))
        release.end(
            tx, f"rel_{number}", decision="promote", decided_by="flow", reason="better", at=fields["started_at"]
        )

    place.store.tx(write)


def test_before_the_first_release(place: Place, promptship: Promptship) -> None:
    said = promptship("changelog")
    assert (said.code, said.out.strip()) == (0, "no changes")
    assert not place.roots.ledger.exists()


def test_people_read_what_why_and_the_way_back(place: Place, promptship: Promptship) -> None:
    _released(place, 1)
    said = promptship("changelog").out
    for words in ("v1 -> v2 in demo: promote", "More examples (ana)", "score up 0.3", "by flow: better"):
        assert words in said
    (line,) = [line for line in said.splitlines() if "reverse" in line]
    assert f"promptship rollback {PROMPT} --environment demo --from bv_{'b' * 12} --reason WHY" in line


def test_programs_read_every_column(place: Place, promptship: Promptship) -> None:
    _released(place, 1)
    (entry,) = promptship("changelog", "--json").document["entries"]
    assert list(entry) == COLUMNS


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ["rel_1", "rel_2", "rel_5"]),
        (("--since", "48h"), ["rel_1"]),
        (("--since", "3d"), ["rel_1", "rel_2"]),
        (("--author", "ben"), ["rel_2"]),
        (("--environment", "production"), ["rel_5"]),
        (("--prompt", PROMPT, "--author", "nobody"), []),
        (("--limit", "1"), ["rel_1"]),
    ],
)
def test_what_is_asked_for(
    place: Place, promptship: Promptship, arguments: tuple[str, ...], expected: list[str]
) -> None:
    _released(place, 1)
    _released(place, 2, author="ben")
    _released(place, 5, environment="production")
    found = promptship("changelog", *arguments, "--json").document["entries"]
    assert [entry["release_id"] for entry in found] == expected


def test_a_locked_ledger_is_answered_by_the_snapshot(
    place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelog, "_WAIT_S", 0.2)
    _released(place, 1)
    with held(place.roots.ledger):
        assert promptship("changelog").code == 3
    place.store.publish(place.roots.public)
    with held(place.roots.ledger):
        said, document = promptship("changelog"), promptship("changelog", "--json").document
    assert "v1 -> v2" in said.out
    assert "changelog.duckdb" in said.err
    assert (document["source"], len(document["entries"])) == ("snapshot", 1)
    assert list(document["entries"][0]) == COLUMNS


def test_what_waits_in_the_outbox_is_said(place: Place, promptship: Promptship) -> None:
    place.roots.outbox.mkdir(parents=True)
    (place.roots.outbox / "op_1.json").write_text("{}")
    assert "1 change(s) wait in the outbox" in promptship("changelog").err
