"""Is this a call of a tool that the version has, with arguments that its schema takes?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..artifact import Tool

MADE_UP = "no tool "
"""How the problem of a call begins that no tool was offered for."""


def with_problems(calls: Sequence[Mapping[str, Any]], tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Each call, with `error` where it is not valid and has none yet."""
    known = {tool.name: tool for tool in tools}
    return [_checked(dict(call), known) for call in calls]


def _checked(call: dict[str, Any], known: Mapping[str, Tool]) -> dict[str, Any]:
    problem = None if call.get("error") is not None else _problem(call, known)
    return call if problem is None else call | {"error": problem}


def _problem(call: Mapping[str, Any], known: Mapping[str, Tool]) -> str | None:
    from .schema_check import violations

    tool = known.get(str(call.get("name")))
    if tool is None:
        return f"{MADE_UP}{call.get('name')!r} was offered"
    if call.get("arguments") is None and "result" in call:
        return None  # it ran; nobody noted with what
    found = violations(call.get("arguments"), tool.parameters)
    return f"arguments: {'; '.join(found)}" if found else None
