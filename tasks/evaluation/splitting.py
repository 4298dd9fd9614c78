"""Which cases authors tune on: 40 % of them, by whole groups of cases that are not independent."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple

from registry import behavior

from .wording import question

DEV_SHARE = 0.4


class Unit(NamedTuple):
    """A case as the split sees it. Equal clusters, equal questions and equal `same` belong together."""

    cluster: str | None
    variables: dict[str, Any]
    same: Hashable = None


def dev_units(units: Sequence[Unit], name: str) -> tuple[set[int], list[int]]:
    """The groups that are dev, and the group of each unit; a group is called by the index of its first unit.

    Groups are taken in the order of a hash of the set's name and their questions, so that neither the order of the
    file nor chance decides, while they fit into the share. With two groups or more neither side is empty."""
    questions = [question(unit.variables) for unit in units]
    groups = _groups(units, questions)
    members: dict[int, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    order = sorted(members, key=lambda group: behavior.sha([name, min(questions[index] for index in members[group])]))
    dev: set[int] = set()
    left = round(DEV_SHARE * len(units))
    for group in order:
        if len(members[group]) <= left:
            dev.add(group)
            left -= len(members[group])
    if not dev and len(order) > 1:
        dev.add(min(order, key=lambda group: len(members[group])))
    return dev, groups


def _groups(units: Sequence[Unit], questions: Sequence[str]) -> list[int]:
    parents = list(range(len(units)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    first: dict[Hashable, int] = {}
    for index, unit in enumerate(units):
        for key in (("question", questions[index]), ("cluster", unit.cluster), ("same", unit.same)):
            if key[1] is not None:
                left, right = root(first.setdefault(key, index)), root(index)
                parents[max(left, right)] = min(left, right)
    return [root(index) for index in range(len(units))]
