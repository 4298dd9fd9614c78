from __future__ import annotations

import pickle
import re

import pytest

from registry import errors
from registry.errors import InvalidFile, ModelUnavailable, PromptshipError
from registry.problem import Problem


def kinds(kind: type[PromptshipError] = PromptshipError) -> list[type[PromptshipError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in kinds(child))]


def test_the_drawn_tree_is_the_tree() -> None:
    drawn = dict(re.findall(r"(\w+)\s+(PS-[EU]\d{3})", errors.__doc__ or ""))
    assert drawn == {kind.__name__: kind.code for kind in kinds()}


def test_codes_are_given_once() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(codes) == len(set(codes))


def test_a_message_says_found_expected_and_fix() -> None:
    error = PromptshipError("A", expected="b", fix="Do c")
    assert str(error) == "A. Expected: b. Do c."


def test_a_list_of_problems_ends_with_a_line_break() -> None:
    error = PromptshipError("A:\n  b", expected="c", fix="Do d")
    assert str(error) == "A:\n  b\nExpected: c. Do d."


@pytest.mark.parametrize(("kind", "name", "value"), [
    (ModelUnavailable, "retry_after_s", 2.5),
    (InvalidFile, "problems", (Problem(1, 2, "a", "b", "c", "d"),)),
])  # fmt: skip
def test_an_error_survives_pickling_with_what_it_holds(kind: type[PromptshipError], name: str, value: object) -> None:
    error = kind("A", expected="b", fix="c")
    setattr(error, name, value)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), getattr(again, name)) == (kind, str(error), value)
