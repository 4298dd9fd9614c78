"""One line of the doctor."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "note", "problem"]


class Finding(NamedTuple):
    """`about` is what was looked at. A `note` is no fault; only a `problem` has to be mended, and `fix` says how."""

    about: str
    state: State
    found: str
    fix: str = ""
