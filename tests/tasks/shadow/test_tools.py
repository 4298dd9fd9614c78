from __future__ import annotations

from tasks.shadow import tools
from tasks.shadow.answered import Answered
from tests.tasks.shadow.made import answered, pair


def calling(*names: str) -> Answered:
    values = {f"tool_call:{name}": float(name in names) for name in ("book", "mail")}
    return Answered(None, {"error": 0.0, **values}, frozenset(names))


REPLAYED = [
    pair(1, calling("book"), calling("book")),
    pair(2, calling(), calling("book")),
    pair(3, calling("mail"), calling("book")),
    pair(4, calling("mail"), calling()),
]


def test_how_often_each_tool_was_called() -> None:
    assert tools.frequencies(REPLAYED) == [
        {"tool": "book", "baseline": 3, "candidate": 1, "n": 4},
        {"tool": "mail", "baseline": 0, "candidate": 2, "n": 4},
    ]


def test_whether_it_was_the_expected_one() -> None:
    assert tools.expected(REPLAYED) == [
        {"intent": "refund", "expected": 3, "same": 1, "none": 1, "other": 1, "unasked": 1, "n": 4}
    ]


def test_without_tools_there_is_nothing_to_say() -> None:
    assert (tools.frequencies([pair(1, answered())]), tools.expected([pair(1, answered())])) == ([], [])
