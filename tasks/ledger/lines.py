"""Spool lines: read, checked one by one, and sorted into rows, so that one bad line costs nothing but itself."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from pydantic import TypeAdapter, ValidationError

from .assignment import Assignment
from .feedback import Feedback
from .trace import Trace

FORMAT = 1
_LARGEST = 2**31
_KINDS: dict[str, TypeAdapter[Any]] = {
    "trace": TypeAdapter(Trace),
    "assignment": TypeAdapter(Assignment),
    "feedback": TypeAdapter(Feedback),
}
_TIMES = {"trace": "ts", "assignment": "first_seen_at", "feedback": "at"}
_COUNTS = {
    "trace": ("generation", "prompt_tokens", "cached_tokens", "output_tokens", "attempts"),
    "assignment": ("generation", "share_bps"),
    "feedback": (),
}


class Rejected(NamedTuple):
    """A line that cannot be stored: its number from 1, why, and its bytes."""

    number: int
    reason: str
    line: bytes


@dataclass(frozen=True, slots=True)
class Lines:
    """The rows of one segment by kind, in their order, and what could not be read."""

    traces: list[Trace] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    feedbacks: list[Feedback] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def parse(lines: Iterable[bytes]) -> Lines:
    """Sort the lines of a segment; what cannot be stored is in `rejected`. Raises nothing, ignores other fields."""
    found = Lines()
    rows: dict[type, list[Any]] = {Trace: found.traces, Assignment: found.assignments, Feedback: found.feedbacks}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _row(line)
        except (ValueError, RecursionError) as error:
            found.rejected.append(Rejected(number, _reason(error), line))
        else:
            rows[type(row)].append(row)
    return found


def _row(line: bytes) -> Trace | Assignment | Feedback:
    value = json.loads(line, parse_float=_finite, parse_constant=_no_number)
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in _KINDS:
        raise ValueError(f"`kind` is one of {', '.join(_KINDS)}, found {kind!r}")
    if value.get("format") != FORMAT:
        raise ValueError(f"`format` is {FORMAT}, found {value.get('format')!r}")
    row: Trace | Assignment | Feedback = _KINDS[kind].validate_python(value)
    _storable(kind, row, line)
    return row


def _storable(kind: str, row: Trace | Assignment | Feedback, line: bytes) -> None:
    """What the types allow and the database does not: times without a zone, huge counts, half characters."""
    at: datetime = getattr(row, _TIMES[kind])
    if at.tzinfo is None:
        raise ValueError(f"`{_TIMES[kind]}` has no zone: {at.isoformat()}")
    for name in _COUNTS[kind]:
        if not -_LARGEST < (getattr(row, name) or 0) < _LARGEST:
            raise ValueError(f"`{name}` is too large: {getattr(row, name)!r}")
    if b"\\ud" in line.lower():
        json.dumps(json.loads(line), ensure_ascii=False).encode()


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number that can be stored")


def _reason(error: Exception) -> str:
    """Where and what, without the content of the line."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found)
    if isinstance(error, UnicodeError):
        return "half of a character"
    return str(error) if not isinstance(error, RecursionError) else "nested too deeply"
