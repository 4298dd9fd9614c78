"""`release observe` and what the changelog says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deployments.cli.conftest import Said
from tests.tasks.outcome.past import CHECKOUT, NEW, OLD, Ledger

Promptship = Callable[..., Said]


@pytest.fixture
def ledger(tmp_home: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setenv("PROMPTSHIP_REGISTRY", str(CHECKOUT / "registry"))
    monkeypatch.setenv("PROMPTSHIP_EVALSETS", str(CHECKOUT / "evalsets"))
    made = Ledger(tmp_home)
    made.released(
        {"metric": "schema_ok", "direction": "up", "by": 0.3}, {"metric": "score", "direction": "up", "by": 0.1}
    )
    made.units(200, NEW, "live", 1, 0.9)
    made.units(40, OLD, "holdback", 1, 0.5)
    return made


def test_so_far_and_nothing_is_written(ledger: Ledger, promptship: Promptship) -> None:
    said = promptship("release", "observe", "rel_1", "--json").document
    assert (said["kind"], said["written"]) == ("outcomes", False)
    assert [line["outcome"] for line in said["outcomes"][0]["observed"]] == ["moved", "cannot tell"]
    assert promptship("changelog", "--authors").out == "no outcome was observed yet\n"


def test_what_is_due_goes_into_the_changelog(ledger: Ledger, promptship: Promptship) -> None:
    shown = promptship("release", "observe").out
    assert "rel_1: cannot tell" in shown
    assert "of 2 expectations 1 came true, 0 did not, 1 cannot be told" in shown
    assert promptship("release", "observe").out == "no outcome is due\n"
    line = " ".join(promptship("changelog").out.split())
    assert "schema_ok up 0.3: +0.3" in line
    assert "moved, as expected" in line
    assert "score up 0.1: cannot tell" in line


def test_how_often_an_author_was_right(ledger: Ledger, promptship: Promptship) -> None:
    promptship("release", "observe")
    (row,) = promptship("changelog", "--authors", "--json").document["authors"]
    assert (row["author"], row["came_true"], row["did_not"], row["cannot_tell"]) == ("ana", 1, 0, 1)
    assert (row["share"], row["high"]) == (1.0, 1.0)
    assert 0 < row["low"] < 0.5
    assert "100%" in promptship("changelog", "--authors", "--author", "ana").out
    assert promptship("changelog", "--authors", "--author", "bo", "--json").document["authors"] == []


def test_a_release_that_is_not_there(ledger: Ledger, promptship: Promptship) -> None:
    assert promptship("release", "observe", "rel_9").code == 3
