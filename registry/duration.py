"""Durations as people write them: `15m`, `2h`, `7d`."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from .problem import Misfit

_PATTERN = r"^[0-9]{1,6}(ms|s|m|h|d)$"
_MILLISECONDS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def parse(text: object) -> timedelta:
    """`90s` -> timedelta(seconds=90). Raises Misfit, a ValueError, for anything but a whole number with a unit."""
    if isinstance(text, timedelta):
        return text
    if not isinstance(text, str) or not re.fullmatch(_PATTERN, text):
        raise Misfit(repr(text), expected="a whole number with ms, s, m, h or d", fix="write it like 15m, 2h or 7d")
    number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", text).groups()  # type: ignore[union-attr]
    return timedelta(milliseconds=int(number) * _MILLISECONDS[unit])


def show(value: timedelta) -> str:
    """The shortest exact spelling: timedelta(minutes=90) -> `90m`."""
    total = round(value.total_seconds() * 1000)
    for unit in ("d", "h", "m", "s"):
        if total and total % _MILLISECONDS[unit] == 0:
            return f"{total // _MILLISECONDS[unit]}{unit}"
    return f"{total}ms" if total else "0s"


Duration = Annotated[
    timedelta,
    BeforeValidator(parse),
    PlainSerializer(show, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["15m", "2h", "7d"]}),
]
