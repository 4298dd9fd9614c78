"""Which tools both versions called on the same traces, and whether the candidate called the expected one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.shadow.replaying import Replayed


def frequencies(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """One row a tool that a version has: of how many traces each called it. Calls of both are known of `n`."""
    chosen = [one for one in replayed if one.candidate.values and one.baseline.values]
    prefix = "tool_call:"
    names = sorted({name for one in chosen for name in one.candidate.values if name.startswith(prefix)})
    return [
        {
            "tool": name.removeprefix(prefix),
            "baseline": sum(one.baseline.values.get(name) == 1 for one in chosen),
            "candidate": sum(one.candidate.values.get(name) == 1 for one in chosen),
            "n": len(chosen),
        }
        for name in names
    ]


def expected(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """By intent: of the traces where live called tools, how often the candidate called the same, others, or none; and
    of those where it called none, how often the candidate called one."""
    rows = []
    for intent in sorted({one.trace.intent for one in replayed}):
        chosen = [one for one in replayed if one.trace.intent == intent and one.candidate.values]
        asked = [one for one in chosen if one.baseline.tools]
        same = sum(one.candidate.tools == one.baseline.tools for one in asked)
        none = sum(not one.candidate.tools for one in asked)
        unasked = sum(bool(one.candidate.tools) for one in chosen if not one.baseline.tools)
        if asked or unasked:
            row = {"intent": intent, "expected": len(asked), "same": same, "none": none}
            rows.append({**row, "other": len(asked) - same - none, "unasked": unasked, "n": len(chosen)})
    return rows
