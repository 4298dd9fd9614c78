from __future__ import annotations

import pytest

from registry.nearest import did_you_mean, listed, nearest


@pytest.mark.parametrize(("name", "found"), [
    ("tempratur", "temperature"), ("Temperature", "temperature"), ("seeds", "seed"),
    ("xyz", None), ("", None), (3, None),
])  # fmt: skip
def test_nearest(name: object, found: str | None) -> None:
    assert nearest(name, ["temperature", "seed", "stop"]) == found


def test_listed_says_what_it_leaves_off() -> None:
    assert listed(["a", "b", "c"], limit=2) == "a, b and 1 more"
    assert listed([]) == "none"


def test_did_you_mean_falls_back() -> None:
    assert did_you_mean("sed", ["seed"], "Look") == "Did you mean 'seed'"
    assert did_you_mean("zzz", ["seed"], "Look") == "Look"
