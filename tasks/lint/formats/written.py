"""The format by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tasks.lint.formats.github import github
from tasks.lint.formats.json import as_json
from tasks.lint.formats.sarif import sarif
from tasks.lint.formats.text import text
from tasks.lint.linting import Linted

FORMATS: Final[Mapping[str, Callable[[Sequence[Linted]], str]]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}


def written(linted: Sequence[Linted], form: str) -> str:
    """Raises KeyError for a format that there is not."""
    return FORMATS[form](linted)
