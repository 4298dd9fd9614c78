from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tasks.ledger import changelog
from tests.world import PROMPT

from .conftest import Place

Promptship = Callable[..., Any]
_PIN = ("live", "pin", PROMPT)
WHY = ("--reason", "the old one was better", "-e", "demo")


def test_nothing_is_live_at_first(place: Place, promptship: Promptship) -> None:
    assert "nothing is live in demo" in promptship("live", "show", "-e", "demo").out


@pytest.mark.parametrize(("seconds", "word"), [(60, "lease"), (-60, "takes no traffic")])
def test_live_canary_and_the_way_back(place: Place, promptship: Promptship, seconds: float, word: str) -> None:
    place.serve("v1", "v2")
    place.canary("v3", seconds)
    shown = " ".join(promptship("live", "show", PROMPT, "-e", "demo").out.split())
    assert all(one in shown for one in (PROMPT, "v2", "v3 50 %", "v1"))
    document = promptship("live", "show", "-e", "demo", "--json").document
    assert document["prompts"][PROMPT]["canary"]["version"] == "v3"
    assert word in shown


@pytest.mark.parametrize("word", ["v1", "demo"])
def test_what_served_before_may_be_pinned(place: Place, promptship: Promptship, word: str) -> None:
    place.serve("v1", "v2")
    said = promptship(*_PIN, word, *WHY, "--by", "ana", "--json").document
    wanted = "v1" if word == "v1" else "v2"
    assert (said["live"]["version"], said["changed"], place.live()) == (wanted, word == "v1", wanted)


def test_what_never_served_needs_the_hammer(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    refused = promptship(*_PIN, "latest", *WHY)
    assert (refused.code, place.live()) == (3, "v2")
    assert "--break-glass" in refused.err
    assert promptship(*_PIN, "latest", *WHY, "--break-glass", "--by", "ana").code == 0
    (entry,) = changelog.entries(place.store)
    assert (place.live(), entry.kind, entry.decided_by) == ("v3", "pin", "ana")


def test_a_pin_has_a_reason(place: Place, promptship: Promptship) -> None:
    place.serve("v1", "v2")
    assert promptship(*_PIN, "v1", "--reason", " ", "-e", "demo").code == 64
    assert place.live() == "v2"
