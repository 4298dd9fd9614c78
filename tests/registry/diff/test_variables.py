from __future__ import annotations

from typing import Any

import pytest

from registry.diff.impact import Level, worst
from registry.diff.variables import variable_changes

TEXT = {"type": "string", "untrusted": False}


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        (TEXT, TEXT, Level.SAFE),
        (TEXT, TEXT | {"untrusted": True}, Level.SAFE),
        (None, TEXT, Level.BREAKS),
        (None, TEXT | {"default": "en"}, Level.SAFE),
        (TEXT, None, Level.BREAKS),
        (TEXT, TEXT | {"type": "integer"}, Level.BREAKS),
        (TEXT | {"type": "integer"}, TEXT | {"type": "number"}, Level.SAFE),
        (TEXT | {"default": "en"}, TEXT, Level.BREAKS),
        (TEXT, TEXT | {"maxLength": 10}, Level.MAY_BREAK),
        (TEXT | {"maxLength": 9}, TEXT | {"maxLength": 10}, Level.SAFE),
        (TEXT | {"minimum": 2}, TEXT | {"minimum": 1}, Level.SAFE),
        (TEXT | {"minimum": 1}, TEXT | {"minimum": 2}, Level.MAY_BREAK),
        (TEXT, TEXT | {"enum": ["a"]}, Level.MAY_BREAK),
        (TEXT | {"enum": ["a", "b"]}, TEXT | {"enum": ["a"]}, Level.MAY_BREAK),
        (TEXT | {"enum": ["a"]}, TEXT | {"enum": ["a", "b"]}, Level.SAFE),
    ],
)
def test_what_calls_feel(before: dict[str, Any] | None, after: dict[str, Any] | None, level: Level) -> None:
    old, new = ({"v": one} if one else {} for one in (before, after))
    assert worst(variable_changes(old, new).impacts) is level


def test_they_are_named() -> None:
    changes = variable_changes({"a": TEXT, "b": TEXT}, {"b": TEXT | {"maxLength": 3}, "c": TEXT})
    assert (changes.added, changes.removed) == (("c",), ("a",))
    assert [change.path for change in changes.changed] == ["b.maxLength"]
    assert changes
    assert not variable_changes({"a": TEXT}, {"a": TEXT})
