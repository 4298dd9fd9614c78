from __future__ import annotations

import random

import pytest

from tasks.evaluation.splitting import Unit, dev_units


def units(count: int, **fields: str) -> list[Unit]:
    return [Unit(None, {"q": f"question {number}"}) for number in range(count)]


@pytest.mark.parametrize(("count", "dev"), [(2, 1), (3, 1), (5, 2), (10, 4), (100, 40), (101, 40)])
def test_four_tenths_are_dev(count: int, dev: int) -> None:
    chosen, groups = dev_units(units(count), "a")
    assert sum(group in chosen for group in groups) == dev


def test_the_split_is_the_same_however_the_file_is_ordered() -> None:
    ordered = units(50)
    shuffled = random.Random(3).sample(ordered, 50)
    sides = []
    for some in (ordered, shuffled):
        chosen, groups = dev_units(some, "a")
        sides.append({unit.variables["q"] for unit, group in zip(some, groups, strict=True) if group in chosen})
    assert sides[0] == sides[1]
    assert sides[0] != {ordered[index].variables["q"] for index in dev_units(ordered, "b")[0]}


def test_what_belongs_together_stays_together() -> None:
    some = [
        Unit("x", {"q": "a"}),
        Unit("x", {"q": "b"}),
        Unit("y", {"q": " B "}),
        Unit(None, {"q": "c"}, ("f", 3)),
        Unit(None, {"q": "d"}, ("f", 3)),
        *units(20),
    ]
    groups = dev_units(some, "a")[1]
    assert groups[:5] == [0, 0, 0, 3, 3]
    assert len(set(groups)) == 22


def test_neither_side_is_empty_with_two_groups_and_no_group_is_cut() -> None:
    chosen, groups = dev_units([Unit("x", {"q": str(n)}) for n in range(9)] + [Unit("y", {"q": "last"})] * 6, "a")
    assert chosen == {9}
    assert set(groups) == {0, 9}
    assert dev_units([Unit("x", {"q": str(n)}) for n in range(9)], "a")[0] == set()
