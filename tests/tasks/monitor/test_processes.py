"""Monitors as processes of their own: one watches, and when it is killed the next goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.places import places
from tests.polling import until
from tests.world import CHECKOUT

from .conftest import Shop

MONITOR = [sys.executable, "-c", "from deployments.cli.main import main; main()", "monitor", "-e", "demo"]


@contextmanager
def _running(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as said:
        process = subprocess.Popen(MONITOR, cwd=CHECKOUT, env=environment, stdout=said, stderr=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _environment(shop: Shop) -> dict[str, str]:
    roots = shop.world.workspace.roots
    return os.environ | places(roots)


def test_a_monitor_that_is_killed_is_followed_by_the_next(shop: Shop, tmp_path: Path) -> None:
    shop.killed_in_canary()
    environment, log = _environment(shop), tmp_path / "monitor.log"
    with _running(environment, log) as first:
        until(lambda: "canary 50 is watched" in log.read_text(), "a look of the first monitor")
        second = subprocess.run([*MONITOR, "--once"], cwd=CHECKOUT, env=environment, capture_output=True, text=True)
        assert (second.returncode, second.stdout) == (3, "")
        assert "watch:demo/* is held by" in second.stderr
        first.send_signal(signal.SIGKILL)
        first.wait()
    shop.look_until("promoted")
    assert [len(shop.events(kind)) for kind in ("canary.planned", "release.promoted")] == [1, 2]
    assert shop.world.live == "v2"


def test_a_monitor_that_is_stopped_lets_go(shop: Shop, tmp_path: Path) -> None:
    log = tmp_path / "monitor.log"
    with _running(_environment(shop), log) as process:
        until(lambda: "levels: looked" in log.read_text(), "a look")
        process.terminate()
        assert process.wait() == 0
    assert "Traceback" not in log.read_text()
    (row,) = shop.world.workspace.store.rows("SELECT expires_at <= now() AS over FROM claim WHERE key = 'watch:demo/*'")
    assert row["over"]
