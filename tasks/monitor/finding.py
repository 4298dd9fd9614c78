"""What one pass over an environment found, a line for each prompt and thing that was watched."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Watched(StrEnum):
    """What was looked at: an open release, live against its levels, or live against its holdback."""

    RELEASE = "release"
    LEVELS = "levels"
    HOLDBACK = "holdback"


class Did(StrEnum):
    """What came of it."""

    LOOKED = "looked"
    CARRIED_ON = "carried on"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"
    HELD = "held"
    ALERTED = "alerted"
    ERROR = "error"


class Finding(NamedTuple):
    environment: str
    prompt: str
    watched: Watched
    did: Did
    sentence: str

    @property
    def exit_code(self) -> int:
        """0 nothing to see to, 1 rolled back, 2 held or alerted, 3 error."""
        return _EXIT.get(self.did, 0)


_EXIT = {Did.ROLLED_BACK: 1, Did.HELD: 2, Did.ALERTED: 2, Did.ERROR: 3}

Told = Callable[[Finding], object]


class Findings:
    """What a watch found over all its passes."""

    def __init__(self) -> None:
        self._newest: dict[tuple[str, str, Watched], Finding] = {}
        self._said: dict[tuple[str, str, Watched, Did], Finding] = {}

    def add(self, finding: Finding) -> bool:
        """Whether it says something that the one before it, of the same thing, did not."""
        same = self._newest.get(finding[:3]) == finding
        self._newest[finding[:3]] = finding
        if finding.exit_code:
            self._said[finding[:4]] = finding
        return not same

    @property
    def newest(self) -> list[Finding]:
        """Everything that a person has to see to, then the last word on all else."""
        return list(dict.fromkeys([*self._said.values(), *self._newest.values()]))

    @property
    def exit_code(self) -> int:
        return max((finding.exit_code for finding in self.newest), default=0)
