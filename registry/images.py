"""Images of messages: references in, content parts of the OpenAI chat format out.

Nothing is fetched here: a URL is handed to the provider. A file of the registry becomes part of the version when that
is loaded, so that an artifact needs no file and the lock pins what is seen.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .image_url import DATA, MAX_BYTES, MAX_URL, is_https
from .message import Image
from .problem import Misfit

_STARTS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}


def read(root: Path, image: Image) -> str:
    """The file of an image as a data URI. `root` is the registry. Raises Misfit when it is not what was pinned."""
    name = str(image.file)
    content = _content(root, name)
    sha256 = hashlib.sha256(content).hexdigest()
    if image.sha256 is None:
        raise Misfit(f"{name!r} is not pinned", expected="its sha256", fix=f"add `sha256: {sha256}`")
    if image.sha256 != sha256:
        found, fix = f"{name!r} has the sha256 {sha256}", "take the file back, or pin the new one in a new version"
        raise Misfit(found, expected=f"the one that is pinned, {image.sha256[:12]}", fix=fix)
    return f"data:image/{_kind(name, content)};base64,{base64.b64encode(content).decode()}"


def _content(root: Path, name: str) -> bytes:
    path = root / name
    if not path.resolve().is_relative_to((root / "images").resolve()):
        found = f"{name!r} leads out of the registry"
        raise Misfit(found, expected="a file in registry/images", fix="copy it there")
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        found = f"{name!r} cannot be read: {error.strerror}"
        raise Misfit(found, expected="a file in registry/images", fix="check the name") from None
    if not content:
        found = f"{name!r} has {size} bytes"
        raise Misfit(found, expected=f"1 to {MAX_BYTES} bytes", fix="make the image smaller")
    return content


def parts(text: str, images: Sequence[Image], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The content of a message that holds images. Raises ValueError for one that cannot be referred to."""
    urls = [_url(number, image, values) for number, image in enumerate(images)]
    return [{"type": "text", "text": text}, *({"type": "image_url", "image_url": {"url": url}} for url in urls)]


def held(content: Any) -> bool:
    """Does the content of a rendered message hold an image?"""
    return isinstance(content, list) and any(part.get("type") == "image_url" for part in content)


def shown(image: Mapping[str, Any]) -> str:
    """An image of a version (`{"url"}`, `{"variable"}`, `{"file"}`) in a few words, as text views have it."""
    if image.get("variable"):
        return f"[image of the variable {image['variable']}]"
    if image.get("file"):
        return f"[image {image['file']}]"
    url = str(image.get("url"))
    data = DATA.fullmatch(url)
    if data is None:
        return f"[image {url}]"
    content = base64.b64decode(data[2])
    return f"[{data[1]}, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()[:12]}]"


def _url(number: int, image: Image, values: Mapping[str, Any]) -> str:
    if image.url is not None:
        return image.url
    if image.variable is None:
        raise ValueError(f"images[{number}]: the file {image.file!r} was not read: load the version with its registry")
    if image.variable not in values:
        raise ValueError(f"images[{number}]: the variable `{image.variable}` is not declared")
    url = values[image.variable]
    if not is_https(url):
        raise ValueError(f"images[{number}]: `{image.variable}` is no https URL of at most {MAX_URL} characters")
    return str(url)


def _kind(name: str, content: bytes) -> str:
    """By its first bytes, whatever it is called."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    raise Misfit(f"{name!r} is none of these", expected="a PNG, JPEG, GIF or WebP image", fix="convert it")
