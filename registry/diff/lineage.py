"""Who changed what, and why they said so, version by version between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..artifact import PromptVersion
from ..behavior import Behavior, Component, changed


class Side(NamedTuple):
    """One of the versions that are compared, resolved."""

    version: PromptVersion
    behavior: Behavior

    @property
    def number(self) -> int:
        return int(self.version.version[1:])


class Step(NamedTuple):
    """`components` are those that differ from the step before."""

    version: str
    author: str
    why: str
    components: tuple[Component, ...]


def steps(row: Sequence[Side]) -> tuple[Step, ...]:
    """`row` is in the order of the numbers and starts with the older of the two versions, which is no step itself."""
    shas = [side.behavior.shas for side in row]
    return tuple(
        Step(
            side.version.version,
            side.version.change.author,
            side.version.change.why,
            tuple(changed(shas[index], shas[index + 1])),
        )
        for index, side in enumerate(row[1:])
    )
