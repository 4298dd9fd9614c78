"""One release for several tests to look at: killed in every stage and started again, beside an application."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from registry.catalog import Catalog
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import Route
from tasks.ledger.store import Store
from tests.polling import until
from tests.world import CHECKOUT, PROMPT, add_version, world

DEATHS = ("fast_gate:10", "gate:40", "shadow:20", "canary:1", "promote:1")
HISTORY = 80
"""Answers of the application before the release starts: shadow has something to replay."""


@dataclass(frozen=True)
class Survivor:
    """A release of v2 after v1 that was killed at each of DEATHS; `codes` are the exit codes, the last of its end."""

    folder: Path
    codes: tuple[int, ...]
    end: dict[str, Any]

    @cached_property
    def calls(self) -> list[dict[str, Any]]:
        """Model calls of the release in order: {what, stage, behavior, messages, pid}."""
        return lines(self.folder / "calls.jsonl")

    @cached_property
    def answers(self) -> list[dict[str, Any]]:
        """What the application served, in order: {version, behavior, arm, generation, release_id}."""
        return lines(self.folder / "answers.jsonl")

    @property
    def publisher(self) -> LocalPublisher:
        return LocalPublisher(self.folder / "home" / "artifacts", self.folder / "home" / "routes")

    @property
    def store(self) -> Store:
        return Store.open(self.folder / "home" / "ledger.duckdb")

    def route(self, generation: int) -> Route:
        """The route as of this generation; a renewed lease has no history and changes no version."""
        newest = max(number for number in self.publisher.history("demo") if number <= generation)
        return self.publisher.read_generation("demo", newest).prompts[PROMPT]


def survive(folder: Path) -> Survivor:
    """Release v1, start the application, write v2, and release it as often as it takes."""
    with world(folder, {"v1": (40, 0)}) as here:
        here.release("v1")
    answers = folder / "answers.jsonl"
    with _application(folder, answers):
        until(lambda: answers.exists() and len(lines(answers)) >= HISTORY, f"{HISTORY} answers of v1")
        _write_v2(folder / "registry")
        runs = [_release(folder, death) for death in (*DEATHS, "")]
        until(lambda: lines(answers)[-1]["version"] == "v2", "an answer of v2 after its promotion")
    return Survivor(folder, tuple(run.returncode for run in runs), json.loads(runs[-1].stdout or "{}"))


def _write_v2(registry: Path) -> None:
    add_version(registry, "v2", 80, 0)
    Catalog(registry).lock_all()


def _release(folder: Path, death: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.running_release", str(folder), "v2", *([death] if death else [])]
    with (folder / "releases.log").open("a") as log:
        return subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=log, text=True)


@contextmanager
def _application(folder: Path, answers: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.running_application", str(folder / "home"), str(answers)]
    with (folder / "application.log").open("w") as log:
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            yield
            assert process.poll() is None, (folder / "application.log").read_text()
        finally:
            process.terminate()
            process.wait()


def lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines; the last one may still be written."""
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]
