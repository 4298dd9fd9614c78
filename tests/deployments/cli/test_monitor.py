"""`promptship monitor` and `promptship experiment show`, on a release that died in its canary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.places import point_to
from tests.polling import until
from tests.world import PROMPT, World, world

Promptship = Callable[..., Any]


class Killed(BaseException):
    """A release that ends without a word."""


@pytest.fixture
def died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """v1 is live, and a release of v2 died at the first pause of its canary's watch."""

    def die(_: float) -> None:
        raise Killed

    with world(tmp_path, {"v1": (40, 0), "v2": (80, 0)}) as here:
        point_to(here.workspace.roots, monkeypatch)
        here.release("v1")
        here.serve(60)
        object.__setattr__(here.workspace, "pause", die)
        with pytest.raises(Killed):
            here.release("v2")
        yield here


def test_it_carries_the_canary_on_and_shows_it_as_an_experiment(died: World, promptship: Promptship) -> None:
    def ended() -> Any:
        died.serve(30)
        said = promptship("monitor", "--environment", "demo", "--once", "--json")
        assert said.code == 0, said.err
        (found,) = said.document["findings"]
        return found if found["did"] == "promoted" else None

    found = until(ended, "a promotion")
    assert (found["environment"], found["prompt"], found["watched"]) == ("demo", PROMPT, "release")
    assert died.live == "v2"
    nothing = promptship("monitor", "--once")
    assert (nothing.code, nothing.out) == (0, "nothing to watch\n")

    shown = promptship("experiment", "show", PROMPT, "-e", "demo", "--json").document
    assert (shown["new"], shown["old"], shown["decision"]) == ("v2", "v1", "promote")
    assert {row["metric"] for row in shown["rows"]} == {"schema_ok", "refusal", "error"}
    (schema,) = [row for row in shown["rows"] if row["metric"] == "schema_ok"]
    assert (schema["new"], schema["old"], schema["change"], schema["scale"]) == (1.0, 1.0, 0.0, "difference")
    assert schema["low"] < 0 < schema["high"]
    assert schema["n_new"] >= 40
    assert [ratio["alarm"] for ratio in shown["sample_ratio"]] == [False, False]
    assert shown["crossed"] == 0
    table = promptship("experiment", "show", shown["release_id"], "--intents")
    assert table.code == 0
    assert "parcel-sort v2 (new) against v1 (old) in demo: promote" in table.out
    assert "sort" in table.out
    assert "fits the shares" in table.out
    assert "served by both versions: 0 units" in table.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("experiment", "show", PROMPT, "-e", "demo"), 3, "had no canary in demo"),
        (("experiment", "show", "rel_0"), 3, "there is no release 'rel_0'"),
        (("monitor", "--once", "-e", "nowhere"), 3, "There is no environment 'nowhere'"),
        (("monitor", "--json"), 64, "--json needs an end"),
    ],
)
def test_what_is_wrong_is_said(
    place: object, promptship: Promptship, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found = promptship(*arguments)
    assert found.code == code
    assert said in found.err + found.out
