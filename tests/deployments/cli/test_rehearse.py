from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tasks.ledger import rehearsal
from tests import scripted
from tests.world import PROMPT, say

from .conftest import Place

Promptship = Callable[..., Any]


@pytest.fixture(autouse=True)
def _model() -> Iterator[None]:
    with scripted.installed(say):
        yield


def test_every_live_prompt_is_proved(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    said = promptship("rehearse", "-e", "demo", "--by", "ana", "--json")
    assert (said.code, said.document["verdict"], said.document["first"]) == (0, "pass", [])
    (one,) = said.document["rehearsed"]
    assert (one["prompt"], one["version"], one["calls"]) == (PROMPT, "v1", 30)
    assert rehearsal.latest(place.store, "demo", PROMPT, one["behavior"]) is not None


def test_what_cannot_be_gone_back_to_is_an_exit_code(place: Place, promptship: Promptship) -> None:
    place.serve("v3", "v2")
    with scripted.installed(lambda _: "no JSON at all"):
        said = promptship("rehearse", PROMPT, "-e", "demo")
    assert said.code == 1
    assert f"{PROMPT} in demo: reject. clearly below the set's min_score" in said.out


def test_nothing_before_what_is_live(place: Place, promptship: Promptship) -> None:
    place.serve("v1")
    said = promptship("rehearse", "-e", "demo")
    assert (said.code, said.out.strip()) == (0, f"nothing served before what is live: {PROMPT}")
    assert promptship("rehearse", "nobody", "-e", "demo").code == 3
    assert promptship("rehearse", "-e", "nowhere").code == 3
