"""A live prompt whose endpoint and answers are blessed, with references small enough for a test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tasks.ledger.drift import Found
from tasks.sentinel.blessing import bless
from tasks.sentinel.naming import named
from tasks.sentinel.night import Night
from tasks.sentinel.target import Sizes, Target
from tests.fleet import ENVIRONMENT, Fleet, fleet
from tests.world import PROMPT

SMALL = Sizes(words=24, selection=8, probes=20, reference=25, text_reference=15)
CELL = f"{PROMPT}@v1 on parrot"


@dataclass
class Watched:
    here: Fleet
    quiet: bool = False
    """No requests any more: eight days later its answers are looked at once a week only."""

    def target(self, name: str) -> Target:
        return named(self.here.workspace, ENVIRONMENT, name, SMALL)

    def bless(self, *names: str, again: bool = False) -> None:
        for name in names:
            bless(
                self.here.workspace,
                self.target(name),
                by="ana",
                reason="as measured",
                sizes=SMALL,
                again=again,
                max_usd=None,
            )

    def night(self, *, wait: bool = True, calls: int | None = None) -> dict[str, Found]:
        """The next night's findings by target."""
        if not self.quiet:
            self.here.serve(7)
        self.here.later += timedelta(days=9 if self.quiet else 1)
        night = Night(self.here.workspace, ENVIRONMENT, SMALL, wait=wait, calls=calls)
        found = night.run(lambda _: None, lambda _: None)
        return {row.target: row for row in found}


@pytest.fixture(scope="session")
def blessed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompt is of high risk and busy, and so its answers are looked at every night; its model gives
    log-probabilities. Made once, copied."""
    folder = tmp_path_factory.mktemp("blessed")
    with fleet(folder, risk="high", busy=True) as here:
        here.birds.tell = {"parrot": 20}
        Watched(here).bless("parrot", "owl", CELL)
    return folder


@pytest.fixture
def watched(blessed_folder: Path, tmp_path: Path) -> Iterator[Watched]:
    shutil.copytree(blessed_folder, tmp_path, dirs_exist_ok=True)
    with fleet(tmp_path) as here:
        here.birds.tell = {"parrot": 20}
        yield Watched(here)
