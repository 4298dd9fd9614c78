"""`release plan` before anything was released, and with a version live."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.deployments.cli.conftest import Place, Said
from tests.world import PROMPT

Promptship = Callable[..., Said]


def test_a_first_release(place: Place, promptship: Promptship) -> None:
    document = promptship("release", "plan", PROMPT, "latest", "--environment", "demo", "--json").document
    assert (document["kind"], document["state"], document["version"]) == ("release_plan", "planned", f"{PROMPT}@v3")
    assert [step["step"] for step in document["steps"]] == ["lint", "gate", "promote"]
    assert document["total"]["least"]["calls"] == document["total"]["most"]["calls"] == 120
    assert (document["canary"], document["from_version"]) == (None, None)


def test_against_live(place: Place, promptship: Promptship) -> None:
    place.serve("v1")
    shown = promptship("release", "plan", PROMPT, "v2", "--environment", "demo").out
    for expected in (
        "fast_gate",
        "240 to 1,200",
        "canary 50",
        "schema_ok max_decrease 0.15",
        "instead of max_decrease",
    ):
        assert expected in shown
    assert "no traffic in the last days" in shown


def test_production_names_what_it_cannot_test(place: Place, promptship: Promptship) -> None:
    document = promptship("release", "plan", PROMPT, "v2", "--json").document
    assert document["environment"] == "production"
    place.serve("v1")
    demo = promptship("release", "plan", PROMPT, "v2", "-e", "demo", "--json").document
    assert [guard["fits"] for guard in demo["canary"]["guards"]] == [None, None, None]


def test_live_already(place: Place, promptship: Promptship) -> None:
    place.serve("v1")
    said = promptship("release", "plan", PROMPT, "v1", "-e", "demo", "--json")
    assert (said.code, said.document["state"]) == (0, "already_live")
    again = promptship("release", "plan", PROMPT, "v1", "-e", "demo", "--again", "--json").document
    assert again["state"] == "planned"


@pytest.mark.parametrize(("version", "code"), [("v9", 3), ("", 3)])
def test_a_version_that_is_not_there(place: Place, promptship: Promptship, version: str, code: int) -> None:
    assert promptship("release", "plan", PROMPT, version, "-e", "demo").code == code
