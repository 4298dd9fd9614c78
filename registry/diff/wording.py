"""Sentences that every renderer says the same way."""

from __future__ import annotations

import json
from typing import Any

from .alignment import Change, Kind
from .impact import Level
from .tokens import Tokens
from .version_diff import VersionDiff

CALLERS = {
    Level.SAFE: "callers are not affected",
    Level.MAY_BREAK: "may break callers",
    Level.BREAKS: "breaks callers",
}


def place(change: Change) -> str:
    """`message 2 (user)`; of a move both places."""
    after, before = change.after, change.before
    if change.kind is Kind.MOVED and after and before:
        return f"{_message(before.message, before.role)} to {_message(after.message, after.role)}"
    paragraph = change.paragraph
    return _message(paragraph.message, paragraph.role)


def _message(number: int, role: str) -> str:
    return f"message {number + 1} ({role})"


def headline(change: Change) -> str:
    """What happened to a paragraph, or to a whole message."""
    where = place(change)
    if change.paragraph.opens:
        if change.kind is Kind.CHANGED and change.before:
            return f"{where}: the role was {change.before.role}"
        return f"{where}: {'white space only' if change.kind is Kind.WHITESPACE else f'message {change.kind}'}"
    if change.kind is Kind.MOVED:
        return f"moved from {where}" + (" and changed" if change.words else "")
    return f"{where}: {'white space only' if change.kind is Kind.WHITESPACE else change.kind}"


def tokens(counted: Tokens) -> str:
    """`tokens (estimate): 120 -> 180 (+60, +50 %)`."""
    moved = counted.after - counted.before
    share = f", {moved / counted.before:+.0%}".replace("%", " %") if counted.before else ""
    return f"tokens ({counted.how}): {counted.before:g} -> {counted.after:g} ({moved:+g}{share})"


def value(found: Any) -> str:
    """A JSON value on one line; `not set` for None."""
    if found is None:
        return "not set"
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, sort_keys=True)


def summary(diff: VersionDiff) -> str:
    """The first line: what changed at all."""
    if not diff.components:
        return "the same behavior" + (": only what is told about it differs" if diff.about else "")
    names = ", ".join(diff.components)
    return f"{names}: white space only" if diff.whitespace_only and len(diff.components) == 1 else names
