"""Which faults at which points: everything that leaves something behind is cut off in the middle and right after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.faults.points import Fault

_STATE = ("in ", "after ", "call", "before segments put away", "before snapshot")
"""Before anything else the disk says what it said after what came before."""

_CALLS = (1, 10, 30)
_LATE = ("canary", "promote", "close")


def kills(points: Iterable[str]) -> Iterator[Fault]:
    """SIGKILL at each point once; in the middle of calls, and at the second look, too."""
    for point in dict.fromkeys(points):
        what = point.partition(": ")[2]
        if point.startswith(("monitor", "approve: before")) or not what.startswith(_STATE):
            continue
        numbers = _CALLS if what == "call" else (1, 2) if "take_look" in what else (1,)
        yield from (Fault("kill", point, number) for number in numbers)


def troubles(points: Iterable[str]) -> Iterator[Fault]:
    """A ledger that cannot be had, a disk without room and a model that is gone, from a point on."""
    for point in dict.fromkeys(points):
        what = point.partition(": ")[2]
        if point.startswith(("monitor", "approve")):
            continue
        if what == "call":
            yield from (Fault("down", point, number) for number in (1, 10))
            yield Fault("full", point, 10)
        if what in ("begins", "after intent", "after swap", "after renewed lease"):
            yield from (Fault(kind, point) for kind in ("locked", "busy", "full", "small"))
        if point.startswith("canary") and what == "begins":
            yield Fault("down", point)


def is_late(fault: Fault) -> bool:
    """From the canary on."""
    return fault.at.startswith(_LATE)
