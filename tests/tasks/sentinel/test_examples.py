from __future__ import annotations

import pytest

from tasks.sentinel.examples import Answers, moved, shifted


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


def test_the_messages_whose_likeliest_token_moved_most_come_first() -> None:
    before = {"x": [{"a": -0.5, "b": -1.5}], "y": [{"a": -0.5, "b": -1.5}], "z": [{"a": -1.0}]}
    now = {"x": [{"a": -0.6, "b": -1.5}], "y": [{"b": -0.2, "c": -3.0}], "z": []}
    assert shifted(before, now) == [
        {"probe": "y", "before": "'a' -0.50, 'b' -1.50", "now": "'b' -0.20, 'c' -3.00"},
        {"probe": "x", "before": "'a' -0.50, 'b' -1.50", "now": "'a' -0.60, 'b' -1.50"},
    ]
