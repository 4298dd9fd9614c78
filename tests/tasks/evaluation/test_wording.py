from __future__ import annotations

import numpy as np
import pytest

from tasks.evaluation.wording import Nearest, nearest, question, said, vectors


def cosine(left: str, right: str) -> float:
    rows = vectors([left, right])
    return float(rows[0] @ rows[1])


@pytest.mark.parametrize(
    ("left", "right", "low", "high"),
    [
        ("Where is my lamp?", "  where IS my\nlamp? ", 1.0, 1.0),
        ("Where is my desk lamp, order A-10482?", "Where is my desk lamp, order A-20733?", 0.7, 0.95),
        ("Where is my desk lamp?", "Ich möchte mein Konto schließen.", 0.0, 0.1),
        ("", "Where is my desk lamp?", 0.0, 0.0),
    ],
)
def test_wording_and_not_meaning(left: str, right: str, low: float, high: float) -> None:
    assert low - 1e-6 <= cosine(left, right) <= high + 1e-6


def test_the_nearest_of_another_group() -> None:
    rows = vectors(["a red lamp", "a red lamp!", "a blue coat"])
    assert [one.row for one in nearest(rows, rows)] == [0, 1, 2]
    groups = ["k", "k", "j"]
    found = nearest(rows, rows, groups, groups)
    assert [found[0].row, found[1].row] == [2, 2]
    assert nearest(rows, rows[:0]) == [Nearest(-1, 0.0)] * 3
    assert nearest(rows[:1], rows[:2], ["k"], ["k", "k"]) == [Nearest(-1, 0.0)]


def test_many_rows_are_taken_in_blocks() -> None:
    rows = np.eye(1100, 4096, dtype=np.float32)
    assert [one.row for one in nearest(rows, rows)] == list(range(1100))


def test_texts_wherever_they_are() -> None:
    assert said({"b": ["x", {"c": "y"}], "a": "z", "n": 1}, ["later"]) == "z\nx\ny\nlater"


def test_questions() -> None:
    assert question({"m": "A  b", "l": ["X "]}) == question({"m": " a B", "l": ["x"]})
    assert question({"m": "a"}) != question({"m": "b"})
    assert question({"m": "a"}) != question({"m": "a"}, ["and now?"])
