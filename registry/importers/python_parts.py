"""The content of a message in Python code: a text, or a list of texts and images."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ..image_url import is_https
from ..message import MAX_IMAGES, Image
from .notes import Notes, Place
from .python_text import Hole, Lookup, name_of, or_hole

_IMAGES = ("image_url", "source", "url")


class Parts(NamedTuple):
    """`text` is an expression that the parts of text come to, `images` those that their URLs come from."""

    text: ast.expr
    images: tuple[ast.expr, ...] = ()


def parts_in(content: ast.expr) -> Parts:
    """Anything but a list of texts and images is the text itself."""
    held = [_fields(part) for part in content.elts] if isinstance(content, ast.List) else []
    texts = [fields["text"] for fields in held if "text" in fields]
    images = [url for fields in held if "text" not in fields and (url := _url(fields)) is not None]
    if not texts or len(texts) + len(images) < len(held):
        return Parts(content)
    return Parts(texts[0] if len(texts) == 1 else _joined(texts), tuple(images))


def images_of(
    urls: tuple[ast.expr, ...], lookup: Lookup, holes: dict[str, Hole], file: str, notes: Notes
) -> tuple[Image, ...]:
    """What the code computes becomes a variable among `holes`; what is no reference is left out, and told."""
    found = []
    for node in urls[MAX_IMAGES:]:
        notes.add("no counterpart", Place(file, node.lineno), f"an image behind the first {MAX_IMAGES} of a message")
    for node in urls[:MAX_IMAGES]:
        parts = or_hole(node, lookup)
        text = "".join(part for part in parts if isinstance(part, str))
        if hole := next((part for part in parts if isinstance(part, Hole)), None):
            found.append(Image(variable=name_of(hole, holes)))
            if text:
                what = f"{found[-1].variable!r} is to bring the https URL of the image: the code puts it together"
                notes.add("changed", Place(file, node.lineno), what)
        elif is_https(text):
            found.append(Image(url=text))
        else:
            what = f"the image {text[:80]!r} has no https: save it in registry/images, and name it under `file`"
            notes.add("no counterpart", Place(file, node.lineno), what)
    return tuple(found)


def _fields(node: ast.expr) -> dict[str, ast.expr]:
    if not isinstance(node, ast.Dict):
        return {}
    pairs = zip(node.keys, node.values, strict=True)
    return {str(key.value): value for key, value in pairs if isinstance(key, ast.Constant)}


def _url(fields: dict[str, ast.expr]) -> ast.expr | None:
    """Of OpenAI's `image_url`, a text or a mapping with `url`, and of the `source` of Anthropic's `image`."""
    for name in _IMAGES:
        if name in fields:
            inner = _fields(fields[name])
            return inner.get("url", inner.get("data", fields[name]))
    return None


def _joined(texts: list[ast.expr]) -> ast.expr:
    """The texts with a line break between them."""
    values: list[ast.expr] = []
    for text in texts:
        values += [*([ast.copy_location(ast.Constant("\n"), text)] if values else []), text]
    return ast.copy_location(ast.JoinedStr(values), texts[0])
