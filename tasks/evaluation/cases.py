"""Read cases.jsonl: one JSON object a line, blank lines allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .case import Case


class Misread(Exception):
    """One line is no case; the text says where and why."""


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """The cases, and a sentence for each line that is none (`cases.jsonl:12: ...`)."""
    if not path.is_file():
        return [], [f"{path.name} is missing"]
    cases: list[Case] = []
    wrong: list[str] = []
    for place, line in _lines(path):
        try:
            cases.append(_case(line))
        except Misread as error:
            wrong.append(f"{place}: {error}")
    return cases, wrong


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    # Not splitlines(): U+2028 and its like are legal inside a JSON string.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip():
            yield f"{path.name}:{number}", line


def _case(line: str) -> Case:
    try:
        return Case.model_validate(json.loads(line, object_pairs_hook=_once))
    except ValidationError as error:
        raise Misread("; ".join(_sentence(problem) for problem in error.errors())) from None
    except ValueError as error:
        raise Misread(f"no JSON object ({error})") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"keys given twice: {', '.join(twice)}")
    return dict(pairs)


def _sentence(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"
