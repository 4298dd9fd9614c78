"""A release that is hurt ends as it would have, whatever happened, wherever, and whoever carries it on.

A few faults in every run; all of them by hand: `pytest tests/faults -m bars_full --timeout 0`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pytest

from tests.faults import matrix
from tests.faults.house import Ended, House, approved, check, copy, end, survive, template
from tests.faults.points import Fault

OPENED = {"release.foreseen": 1, "release.opened": 1}
CANARY = {
    "approval.answered": 1,
    "approval.asked": 1,
    "canary.planned": 1,
    "canary.shifted": 1,
}
BEFORE = [(stage, "pass") for stage in ("lint", "fast_gate", "gate", "shadow", "rehearsal")]
EXPECTED = {
    "v2": Ended(
        [*BEFORE, ("canary", "pass")],
        OPENED | CANARY | {"release.promoted": 1, "release.promoting": 1, "stage.pass": 6},
        ("promote", "v1", "v2", True, "bo"),
        "v2",
    ),
    "v3": Ended(
        [("lint", "pass"), ("fast_gate", "reject")],
        OPENED | {"release.rejected": 1} | {"stage.pass": 1, "stage.reject": 1},
        ("reject", "v1", "v3", False, None),
        "v1",
    ),
    "v4": Ended(
        [*BEFORE, ("canary", "reject")],
        OPENED | CANARY | {"canary.withdrawn": 1, "release.rolled_back": 1} | {"stage.pass": 5, "stage.reject": 1},
        ("roll_back", "v1", "v4", False, "bo"),
        "v1",
    ),
}
"""v2 is better, v3 worse, and v4 better on eval cases and without JSON for users."""

HOUR = 3600.0
SKEWS = ((HOUR,), (-HOUR,), (0, HOUR), (0, 0, HOUR), (0, 0, -HOUR), (HOUR, 0, -HOUR, 0, 0))


class Bases:
    """Places to begin at, made once: where everything is before it, and where its canary is next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = template(folder / "start")
        self._canary: dict[str, House] = {}

    def of(self, version: str, fault: Fault) -> House:
        """The farthest that this fault lies ahead of."""
        if version == "v3" or not matrix.is_late(fault):
            return self.start
        if version not in self._canary:
            self._canary[version] = approved(self.start, self.folder / f"canary of {version}", version)
        return self._canary[version]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Bases:
    return Bases(tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize(
    ("version", "fault", "resume"),
    [
        ("v3", Fault("kill", "close: after swap"), "release"),
        ("v4", Fault("kill", "canary 50: after swap", 2), "monitor"),
        ("v4", Fault("locked", "canary 50: after swap"), "release"),
        ("v4", Fault("full", "canary 50: after intent"), "release"),
    ],
    ids=str,
)
def test_a_fault_changes_nothing(bases: Bases, tmp_path: Path, version: str, fault: Fault, resume: str) -> None:
    _hurt(bases, tmp_path / "house", version, fault, resume)


def test_neither_a_model_that_is_gone_nor_a_clock_that_goes_back(bases: Bases, tmp_path: Path) -> None:
    """The first process is an hour ahead, and finds no model at the gate: the next one goes on all the same."""
    _hurt(bases, tmp_path / "house", "v2", Fault("down", "gate: call", 10), "release", (HOUR,))


def _hurt(
    bases: Bases, folder: Path, version: str, fault: Fault, resume: str = "release", skews: Sequence[float] = ()
) -> None:
    house = copy(bases.of(version, fault), folder)
    survive(house, version, fault, resume=resume, skews=skews)
    check(house, version, EXPECTED[version])


@pytest.mark.bars_full
@pytest.mark.parametrize("version", EXPECTED)
def test_every_fault_at_every_point(bases: Bases, tmp_path: Path, version: str) -> None:
    """All that a run without faults passes; the faults that break something are listed with what they break."""
    whole = copy(bases.start, tmp_path / "whole")
    survive(whole, version, Fault())
    check(whole, version, EXPECTED[version])
    assert end(whole, version) == EXPECTED[version]
    broken = {}
    for number, (fault, resume, skews) in enumerate(_cases(version, whole.points)):
        try:
            _hurt(bases, tmp_path / str(number), version, fault, resume, skews)
        except AssertionError as error:
            broken[f"{fault} {resume} {skews}"] = str(error)
    assert not broken


def _cases(version: str, points: Sequence[str]) -> Iterator[tuple[Fault, str, Sequence[float]]]:
    kills, troubles = list(matrix.kills(points)), list(matrix.troubles(points))
    late = [fault for fault in kills if matrix.is_late(fault) and version != "v3"]
    every = chain(kills, troubles) if version != "v4" else filter(matrix.is_late, chain(kills, troubles))
    yield from ((fault, "release", ()) for fault in every)
    yield from ((fault, "monitor", ()) for fault in late)
    at = "fast_gate: in recording.finish" if version == "v3" else "canary 50: after looking.take_look"
    yield from ((Fault("kill", at), "release", skews) for skews in SKEWS)
