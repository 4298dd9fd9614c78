"""What the demo shows while releases run: the stage, how far it is, what it found, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.status import Status

from tasks.release.workspace import Progress

PLAN: Final = (
    ("", "start", 17.0),
    ("v2", "gate", 57.0),
    ("v3", "fast gate", 25.0),
    ("v3", "gate", 125.0),
    ("v3", "shadow", 25.0),
    ("v3", "canary", 60.0),
    ("v4", "fast gate", 25.0),
    ("v4", "gate", 30.0),
)
"""Seconds on two quiet cores; how much slower this machine is shows as it goes."""

_LINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demo is: a version, a stage of it, and the share of that stage that is done."""

    version: str
    stage: str
    part: float


def left(place: Place, elapsed: float) -> float:
    """Seconds to the end: what the plan has left, at the pace so far."""
    names = [(version, stage) for version, stage, _ in PLAN]
    at = names.index((place.version, place.stage)) if (place.version, place.stage) in names else 0
    done = sum(seconds for *_, seconds in PLAN[:at]) + place.part * PLAN[at][2]
    rest = sum(seconds for *_, seconds in PLAN) - done
    return rest * min(max(elapsed / max(done, PLAN[0][2]), 0.2), 10.0)


class Board:
    """One line that changes on a terminal, a line every few seconds elsewhere."""

    def __init__(self, console: Console, began: float) -> None:
        self._console, self._began = console, began
        self._status: Status | None = None
        self._version = ""
        self._stage = ""
        self._said_at = 0.0

    @contextmanager
    def showing(self, version: str) -> Iterator[None]:
        """While this version is released."""
        self._version, self._stage = version, ""
        with self._console.status(f"{version} is on its way") as status:
            self._status = status
            yield
            self._status = None

    def __call__(self, progress: Progress) -> None:
        """Told by the stages, from any thread."""
        if progress.ended:
            self.say(f"{self._version} {progress.stage.replace('_', ' ')}: {progress.note}")
            return
        part = min(progress.done / progress.total, 1.0) if progress.total else 0.0
        place = Place(self._version, _planned(progress.stage), part)
        line = f"{self._version} {progress.stage}: {progress.done} of {progress.total or '?'}, {progress.note}"
        self._show(f"[{self._clock()}] {line}; about {clock(left(place, self._elapsed))} to the end")

    def say(self, sentence: str) -> None:
        self._console.print(f"[{self._clock()}] {sentence}", markup=False, highlight=False)

    def _show(self, line: str) -> None:
        if self._console.is_terminal and self._status is not None:
            self._status.update(line.replace("[", r"\["))
        elif time.monotonic() - self._said_at >= _LINE_SECONDS:
            self._said_at = time.monotonic()
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _clock(self) -> str:
        return clock(self._elapsed)


def _planned(stage: str) -> str:
    """`gate round 2` and `canary 50 %` as the plan calls them."""
    return next((name for _, name, _ in PLAN if stage.startswith(name)), stage)


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
