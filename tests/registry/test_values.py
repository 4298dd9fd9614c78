from __future__ import annotations

from typing import Any

import pytest

from registry.message import Variable
from registry.values import completed, misfits


def variable(**shape: Any) -> Variable:
    return Variable.model_validate(shape)


@pytest.mark.parametrize(("shape", "value"), [
    ({"type": "string"}, ""),
    ({"type": "string", "maxLength": 3}, "äöü"),
    ({"type": "string", "enum": ["a", "b"]}, "b"),
    ({"type": "integer", "minimum": 0, "maximum": 3}, 3),
    ({"type": "number"}, 1),
    ({"type": "number"}, 1.5),
    ({"type": "boolean"}, False),
    ({"type": "array", "maxItems": 2}, [1, {"a": [None]}]),
    ({"type": "array"}, ("a",)),
])  # fmt: skip
def test_what_fits(shape: dict[str, Any], value: Any) -> None:
    assert misfits(variable(**shape), value) == []


@pytest.mark.parametrize(("shape", "value", "said"), [
    ({"type": "string"}, 3, "found int, expected text"),
    ({"type": "string", "maxLength": 2}, "abc", "found 3 characters, expected at most 2"),
    ({"type": "string", "enum": ["a"]}, "b", "expected one of 'a'"),
    ({"type": "integer"}, True, "found bool"),
    ({"type": "integer"}, 1.0, "found float"),
    ({"type": "integer", "minimum": 1}, 0, "at least 1"),
    ({"type": "number", "maximum": 1}, 1.5, "at most 1"),
    ({"type": "number"}, float("nan"), "a finite number"),
    ({"type": "boolean"}, 1, "true or false"),
    ({"type": "array"}, "abc", "a list of JSON values"),
    ({"type": "array"}, [object()], "a list of JSON values"),
    ({"type": "array"}, [{1: 2}], "a list of JSON values"),
    ({"type": "array", "maxItems": 1}, [1, 2], "found 2 items, expected at most 1"),
    ({"type": "string"}, None, "found NoneType"),
])  # fmt: skip
def test_what_does_not_fit(shape: dict[str, Any], value: Any, said: str) -> None:
    (found,) = misfits(variable(**shape), value)
    assert said in found


def test_the_text_of_a_value_is_not_repeated() -> None:
    assert not any("secret" in said for said in misfits(variable(type="string", maxLength=2, enum=["a"]), "secret"))


def test_a_list_that_holds_itself_ends() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert misfits(variable(type="array"), endless)


def test_defaults_are_filled_in_even_null() -> None:
    shapes = {"a": variable(type="string", default="x"), "b": variable(type="string", default=None)}
    assert completed(shapes, {}) == ({"a": "x", "b": None}, [])
