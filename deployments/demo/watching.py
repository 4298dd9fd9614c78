"""What the demo shows while a release runs: the stage, its progress, and how long the whole still takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console

from registry.roots import Roots
from tasks.release.workspace import Workspace

_PLANNED_SECONDS = 330.0
_EVERY_SECONDS = 10.0


@dataclass
class Estimate:
    """The time so far, and what is left of a run on two quiet cores; the estimate grows when the machine is slow."""

    console: Console
    began: float
    ended: int = 0
    planned: float = _PLANNED_SECONDS
    shares: tuple[float, ...] = field(default=(0.2, 0.8, 1.0))

    def say(self, sentence: str) -> None:
        self.ended = min(self.ended + 1, len(self.shares))
        self.planned = max(self.elapsed / self.shares[self.ended - 1], 1.0)
        self.console.print(f"[{self.clock(self.elapsed)}] {sentence}", markup=False)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def left(self) -> str:
        return self.clock(max(self.planned - self.elapsed, 5.0))

    @staticmethod
    def clock(seconds: float) -> str:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@contextmanager
def watching(estimate: Estimate, version: str) -> Iterator[None]:
    """A line every few seconds while the block runs: which stage, what it found so far, and the time left."""
    stop = threading.Event()
    thread = threading.Thread(target=_tell, args=(estimate, version, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _tell(estimate: Estimate, version: str, stop: threading.Event) -> None:
    workspace = Workspace(Roots.find(), actor="demo")
    shown = 0
    while not stop.wait(_EVERY_SECONDS if shown else 2.0):
        shown = _tell_once(estimate, version, workspace, shown)


def _tell_once(estimate: Estimate, version: str, workspace: Workspace, shown: int) -> int:
    from tasks.release.following import latest

    stages = latest(workspace, "demo", "order-extract", version)
    for stage in stages[shown:]:
        estimate.console.print(f"    {stage.key}: {stage.verdict}. {stage.reason}", markup=False)
    estimate.console.print(
        f"[{estimate.clock(estimate.elapsed)}] {version} is on its way, about {estimate.left()} to the end", markup=False
    )
    return len(stages)
