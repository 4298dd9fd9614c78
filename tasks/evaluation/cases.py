"""Read cases.jsonl: one JSON object a line, blank lines allowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from registry.complaints import complaints
from registry.problem import Problem
from registry.yaml_document import Document

from .case import Case


class Misread(Exception):
    """One line is no case; the text says where and why."""


def read_cases(path: Path) -> tuple[list[Case], list[str]]:
    """The cases, and a sentence for each line that is none (`cases.jsonl:12: ...`)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [f"{path.name} is missing"]
    except UnicodeDecodeError as error:
        return [], [f"{path.name}: the byte {error.object[error.start]:#04x} is no UTF-8: save it as UTF-8"]
    cases: list[Case] = []
    wrong: list[str] = []
    for place, line in _lines(path.name, text):
        try:
            cases.append(_case(line))
        except Misread as error:
            wrong.append(f"{place}: {error}")
    return cases, wrong


def _lines(name: str, text: str) -> Iterator[tuple[str, str]]:
    # Not splitlines(): U+2028 and its like are legal inside a JSON string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{name}:{number}", line


def _case(line: str) -> Case:
    try:
        data = json.loads(line, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Misread(f"no JSON object: {error.msg} at column {error.colno}") from None
    except ValueError as error:
        raise Misread(f"no JSON object: {error}") from None
    try:
        return Case.model_validate(data)
    except ValidationError as error:
        problems = complaints(error, data, Document(line), Case.model_json_schema(by_alias=True))
        raise Misread("; ".join(map(_sentence, problems))) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"keys given twice: {', '.join(twice)}")
    return dict(pairs)


def _sentence(problem: Problem) -> str:
    where = f"{problem.where}: " if problem.where else ""
    return f"{where}{problem.found}, expected {problem.expected}, {problem.fix}"
