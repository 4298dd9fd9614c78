"""Messages with a role and content, however another tool spells them."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from ..message import Image, Message
from .image_parts import Content, image_of, is_image
from .notes import Notes, Place, Refusal

ROLES = ("system", "user", "assistant")


def messages_of(value: Any, place: Place, notes: Notes) -> tuple[Message, ...]:
    """`[{"role": ..., "content": ...}]` as messages. Raises Refusal for tools and other roles."""
    if not isinstance(value, list) or not value:
        raise Refusal(place, "a chat is a list of messages with role and content")
    return tuple(_message(item, place, notes) for item in value)


def _message(item: Any, place: Place, notes: Notes) -> Message:
    if not isinstance(item, dict) or "role" not in item or "content" not in item:
        raise Refusal(place, "a message of the chat has no role or no content")
    for key in sorted(item.keys() - {"role", "content"}):
        notes.add("no counterpart", place, f"{key!r} of a message")
    text, images = content_of(item["content"], place, notes)
    return message(str(item["role"]), text, place, notes, images)


def message(role: str, content: str, place: Place, notes: Notes, images: tuple[Image, ...] = ()) -> Message:
    """One message. Raises Refusal for one without a text, for a role that is none of ours, and for images of others
    than users."""
    if role == "developer":
        notes.add("changed", place, "the role 'developer' is written as 'system'")
        role = "system"
    if role not in ROLES:
        raise Refusal(place, f"the role {role!r} has no counterpart, only {', '.join(ROLES)}")
    if not content:
        raise Refusal(place, f"a message of role {role!r} {'has images and no text' if images else 'is empty'}")
    fields = {"role": role, "content": content, **({"images": images} if images else {})}
    try:
        return Message.model_validate(fields)
    except ValidationError as error:
        raise Refusal(place, error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def content_of(content: Any, place: Place, notes: Notes) -> Content:
    """A text, or a list of texts and images. Raises Refusal for parts of another kind."""
    if isinstance(content, str):
        return Content(content)
    parts = content if isinstance(content, list) else [content]
    texts = [part["text"] for part in parts if _is_text(part)]
    images = [image_of(part, place, notes) for part in parts if is_image(part)]
    if not parts or len(texts) + len(images) < len(parts):
        kinds = [part.get("type") if isinstance(part, dict) else type(part).__name__ for part in parts]
        raise Refusal(
            place, f"a message holds {', '.join(map(str, kinds)) or 'nothing'}: only text and images are read"
        )
    if len(texts) > 1:
        notes.add("changed", place, f"{len(texts)} parts of text are one, with a line break between them")
    if images and not _is_text(parts[0]):
        notes.add("changed", place, "the images stand behind the text")
    return Content("\n".join(texts), tuple(images))


def _is_text(part: Any) -> bool:
    kind = part.get("type", "text") if isinstance(part, dict) else None
    return kind in ("text", "input_text") and isinstance(part.get("text"), str)
