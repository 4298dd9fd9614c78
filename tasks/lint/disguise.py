"""Texts that are encoded, spelled oddly or turned round, as they would read plainly."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote


class Plain(NamedTuple):
    """`start` and `end` say where the disguised text stands."""

    text: str
    start: int
    end: int


_LEET: Final = str.maketrans("013457@$", "oieastas")
_UNSEEN: Final = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufeff]")
_SPACED: Final = re.compile(r"\b(?:\w[ .\-_*]){5,}\w\b")


def _octets(text: str) -> bytes:
    return bytes(int(octet, 2) for octet in text.split())


_ENCODINGS: Final[tuple[tuple[re.Pattern[str], Callable[[str], bytes]], ...]] = (
    (re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}"), lambda text: base64.b64decode(text + "=" * (-len(text) % 4))),
    (re.compile(r"\b[A-Z2-7]{24,}={0,6}"), lambda text: base64.b32decode(text + "=" * (-len(text) % 8))),
    (re.compile(r"\b(?:[0-9a-fA-F]{2}){12,}\b"), bytes.fromhex),
    (re.compile(r"\b(?:[01]{8}\s+){7,}[01]{8}\b"), _octets),
    (re.compile(r"<~[!-u\s]{20,}~>"), lambda text: base64.a85decode(text, adobe=True)),
)


def plain_forms(text: str) -> Iterator[Plain]:
    """Each reading that differs from the text itself."""
    for pattern, decode in _ENCODINGS:
        for found in pattern.finditer(text):
            if read := _decoded(found.group(), decode):
                yield Plain(read, *found.span())
    for read in (_shown(text), text.translate(_LEET), unquote(text), text[::-1], codecs.decode(text, "rot13")):
        if read != text:
            yield Plain(read, 0, len(text))


def _decoded(text: str, decode: Callable[[str], bytes]) -> str | None:
    """None for what is no text in that encoding."""
    try:
        read = decode(text).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    return read if read.isprintable() or "\n" in read else None


def _shown(text: str) -> str:
    """As it looks: without what is not seen, compatibility forms as plain letters, s p a c e d words closed up."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return _SPACED.sub(lambda found: re.sub(r"[ .\-_*]", "", found.group()), plain)
