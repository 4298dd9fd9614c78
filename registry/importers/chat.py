"""Messages with a role and content, however another tool spells them."""

from __future__ import annotations

from typing import Any

from ..artifact import Message
from .notes import Notes, Place, Refusal

ROLES = ("system", "user", "assistant")


def messages_of(value: Any, place: Place, notes: Notes) -> tuple[Message, ...]:
    """`[{"role": ..., "content": ...}]` as messages. Raises Refusal for tools, images and other roles."""
    if not isinstance(value, list) or not value:
        raise Refusal(place, "a chat is a list of messages with role and content")
    return tuple(_message(item, place, notes) for item in value)


def _message(item: Any, place: Place, notes: Notes) -> Message:
    if not isinstance(item, dict) or "role" not in item or "content" not in item:
        raise Refusal(place, "a message of the chat has no role or no content")
    for key in sorted(item.keys() - {"role", "content"}):
        notes.add("no counterpart", place, f"{key!r} of a message")
    return message(str(item["role"]), content_of(item["content"], place), place, notes)


def message(role: str, content: str, place: Place, notes: Notes) -> Message:
    """One message. Raises Refusal for an empty one and for a role that is none of ours."""
    if role == "developer":
        notes.add("changed", place, "the role 'developer' is written as 'system'")
        role = "system"
    if role not in ROLES:
        raise Refusal(place, f"the role {role!r} has no counterpart, only {', '.join(ROLES)}")
    if not content:
        raise Refusal(place, f"a message of role {role!r} is empty")
    return Message.model_validate({"role": role, "content": content})


def content_of(content: Any, place: Place) -> str:
    """A text, or the text of a list with one part. Raises Refusal for images and the like."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    kinds = [part.get("type") if isinstance(part, dict) else type(part).__name__ for part in parts]
    if kinds == ["text"] and isinstance(parts[0].get("text"), str):
        return str(parts[0]["text"])
    raise Refusal(place, f"the content of a message is no text but {', '.join(map(str, kinds)) or 'nothing'}")
