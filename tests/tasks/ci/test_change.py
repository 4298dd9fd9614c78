from __future__ import annotations

import pytest

from registry.behavior import COMPONENTS
from tasks.ci.change import Change, changes, removed, to_release
from tasks.ci.seen import Seen

SHAS = dict.fromkeys(COMPONENTS, "a" * 64)
SEEN = Seen("text", SHAS, "cases")
OTHER_MODEL = {**SHAS, "model": "b" * 64}


@pytest.mark.parametrize(
    ("now", "kind", "said"),
    [
        (SEEN._replace(text="other"), "edited", "file"),
        (SEEN._replace(shas=OTHER_MODEL), "altered", "model changed through a file that versions share"),
        (SEEN._replace(shas=None), "altered", "cannot be used any more"),
        (SEEN._replace(evals="more cases"), "cases", "eval set"),
        (SEEN._replace(text="other", shas=OTHER_MODEL, evals="more"), "edited", "file"),
    ],
)
def test_what_changed(now: Seen, kind: str, said: str) -> None:
    (found,) = changes({"sort@v1": SEEN}, {"sort@v1": now})
    assert (found.name, found.kind) == ("sort@v1", kind)
    assert said in found.why


def test_what_can_be_read_again_is_a_change() -> None:
    (found,) = changes({"sort@v1": SEEN._replace(shas=None)}, {"sort@v1": SEEN})
    assert "again" in found.why


def test_what_is_as_it_was_is_none() -> None:
    broken = Seen("text", None, None)
    assert changes({"sort@v1": SEEN, "sort@v2": broken}, {"sort@v1": SEEN, "sort@v2": broken}) == []


def test_they_come_by_number_and_new_cases_change_the_newest_only() -> None:
    before = {"sort@v2": SEEN, "sort@v9": SEEN}
    after = {name: SEEN._replace(evals="more") for name in ("sort@v9", "sort@v2")} | {"sort@v10": SEEN}
    assert [one.name for one in changes(before, after)] == ["sort@v10"]
    assert [one.name for one in changes(before, {name: after[name] for name in before})] == ["sort@v9"]


def test_what_is_gone() -> None:
    assert removed({"sort@v10": SEEN, "sort@v2": SEEN, "sort@v1": SEEN}, ["sort@v1"]) == ["sort@v2", "sort@v10"]


def test_the_newest_of_each_prompt_is_released_and_new_cases_release_nothing() -> None:
    found = [
        Change("sort", "v2", "altered", ""),
        Change("sort", "v3", "new", ""),
        Change("reply", "v1", "cases", ""),
        Change("draft", "v4", "edited", ""),
    ]
    assert [one.name for one in to_release(found)] == ["sort@v3", "draft@v4"]
