"""Text that speaks to the model where only data should stand: signs of a planted instruction.

Own patterns, by what the text tries: to lift the rules, to be the system, to give the model another task, to get at
the prompt or at secrets, to set the result, to act through tools. The commonest forms in six languages, and in
disguise. A text that only talks about instructions ("the assembly instructions are missing") has none of these signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from tasks.lint.disguise import plain_forms
from tasks.lint.injection_languages import OTHERS
from tasks.lint.injection_patterns import KINDS


class Sign(NamedTuple):
    """`kind` says what the text tries, in words."""

    start: int
    end: int
    kind: str


_PATTERNS: Final = tuple(
    (kind, re.compile("|".join([*parts, *OTHERS.get(kind, ())]), re.IGNORECASE | re.MULTILINE))
    for kind, parts in KINDS.items()
)


def signs(text: str) -> list[Sign]:
    """The first sign of each kind, in the order of the text; what is encoded or turned round counts when nothing is
    said plainly."""
    return list(_signs(text))


@lru_cache(maxsize=4096)
def _signs(text: str) -> tuple[Sign, ...]:
    """Remembered: the versions of a prompt share most of their examples."""
    plain = _in_plain(text)
    return tuple(sorted(plain or set(_in_disguise(text))))


def _in_plain(text: str) -> list[Sign]:
    found = [(kind, pattern.search(text)) for kind, pattern in _PATTERNS]
    return [Sign(match.start(), match.end(), kind) for kind, match in found if match]


def _in_disguise(text: str) -> Iterator[Sign]:
    for form in plain_forms(text):
        for sign in _in_plain(form.text):
            yield Sign(form.start, form.end, f"{sign.kind}, in disguise")
