"""Markdown that text from models, traces and people cannot break out of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def escape(text: object) -> str:
    """One line of plain text: markup characters escaped, line breaks shown as spaces."""
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """One line in a code span, whose backslashes are shown as they are; what would end it is left out."""
    return f"`{' '.join(str(text).replace('`', '').split())}`"


def fenced(text: str, language: str = "text") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A pipe table; None is shown as a dash."""
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join("-" if cell is None else escape(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
