"""One thing to say about an eval set."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Remark(NamedTuple):
    """`code` is PS-S and three digits, alike for all remarks of one kind."""

    code: str
    severity: Literal["error", "warning", "note"]
    what: str
