"""Characters that a terminal or a page would obey are written out: control, bidirectional, zero width."""

from __future__ import annotations

import unicodedata

_OBEYED = ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")


def visible(text: str) -> str:
    """Line breaks and tabs stay."""
    return "".join(_written(character) for character in text)


def _written(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _OBEYED:
        return character
    return character.encode("unicode_escape").decode("ascii")
