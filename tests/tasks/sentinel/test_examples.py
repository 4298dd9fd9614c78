from __future__ import annotations

import pytest

from tasks.sentinel.examples import Answers, moved


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"p": ["a", "a", "b"]}, {"p": ["a", "b", "a"]}, []),
        ({"p": ["a", "a", "a"]}, {"p": ["b", "b", "a"]}, [("p", "a", "b")]),
        ({"p": ["a"] * 4, "q": ["x"] * 4}, {"p": ["b", "b", "a"], "q": ["y"]}, [("q", "x", "y"), ("p", "a", "b")]),
        ({"p": ["a"]}, {"p": [], "q": ["b"]}, []),
    ],
)
def test_the_probes_that_moved_most_come_first(
    before: Answers, now: Answers, expected: list[tuple[str, str, str]]
) -> None:
    assert [(one["probe"], one["before"], one["now"]) for one in moved(before, now)] == expected


def test_a_long_answer_is_shortened() -> None:
    (one,) = moved({"p": ["a" * 999]}, {"p": ["b" * 999]})
    assert (len(one["before"]), len(one["now"])) == (300, 300)
