"""Images of other tools' messages, as references: an https URL, or a variable that brings one. No image is opened."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ..image_url import is_https
from ..message import Image, Message, Variable
from .notes import Notes, Place, Refusal
from .template_fit import variables_of

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
_KINDS = frozenset(("image", "image_url", "input_image"))
_FIX = "save it in registry/images, and name it under `file`"


class Content(NamedTuple):
    """What a message says, and the images behind it."""

    text: str
    images: tuple[Image, ...] = ()


def is_image(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in _KINDS


def image_of(part: dict[str, Any], place: Place, notes: Notes) -> Image:
    """A content part of OpenAI's chats (`image_url`), its responses (`input_image`) or Anthropic's messages (`image`).

    Raises Refusal for one that is no reference."""
    kind = str(part["type"])
    held = part.get("source") if kind == "image" else part.get("image_url")
    inner = held if isinstance(held, dict) else {}
    for key in sorted((part.keys() | inner.keys()) & {"detail", "cache_control"}):
        notes.add("no counterpart", place, f"{key!r} of an image")
    url = held if isinstance(held, str) else inner.get("url")
    if inner.get("type") == "base64":
        url = "data:"
    if not isinstance(url, str):
        raise Refusal(place, f"an image ({kind}) without a URL: {_FIX}")
    return reference(url, place)


def reference(url: str, place: Place) -> Image:
    """Raises Refusal for what is neither an https URL nor one variable."""
    variable = _VARIABLE.fullmatch(url.strip())
    if variable:
        return Image(variable=variable[1])
    if "{{" in url or "{%" in url:
        raise Refusal(place, "the URL of an image is put together: make the whole of it one variable")
    if is_https(url):
        return Image(url=url)
    found = "an image stands in the file itself" if url.startswith("data:") else f"the image {url[:80]!r} has no https"
    raise Refusal(place, f"{found}: {_FIX}")


def read_variables(message: Message, place: Place, notes: Notes) -> dict[str, Variable]:
    """Those of the text, then those of the images. Raises Refusal for what the sandbox refuses."""
    found = variables_of(message.content, place, notes)
    text = Variable(type="string", untrusted=True)
    return {**dict.fromkeys(sorted(message.image_variables), text), **found}
