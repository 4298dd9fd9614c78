from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]


def test_the_sets_and_their_splits(place: Place, promptship: Promptship) -> None:
    (row,) = promptship("evalset", "list", "--json").document["evalsets"]
    assert (row["name"], row["dev"], row["gate"], row["intents"]) == (PROMPT, 30, 120, 2)
    assert PROMPT in promptship("evalset", "list").out


@pytest.mark.parametrize("name", [PROMPT, f"{PROMPT}/full"])
def test_remarks_on_a_set_that_can_be_used(place: Place, promptship: Promptship, name: str) -> None:
    said = promptship("evalset", "check", name, "--json")
    assert (said.code, said.document["verdict"]) == (0, "pass")
    assert promptship("evalset", "check", name).code == 0


def test_a_set_that_proves_nothing(place: Place, promptship: Promptship) -> None:
    cases = place.roots.evalsets / PROMPT / "cases.jsonl"
    first = cases.read_text().splitlines()[0]
    cases.write_text(cases.read_text() + first.replace('"c000"', '"again"').replace('"dev"', '"gate"') + "\n")
    said = promptship("evalset", "check", PROMPT)
    assert said.code == 1
    assert "PS-S002 error" in said.out
