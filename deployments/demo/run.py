"""`make demo`: the whole product in a few minutes, on a real local model.

A Prefect server comes up to watch the releases in; a small ticket service answers customers with whatever version the
routes give it; v2 goes live, v3 is released and promoted while traffic flows, v4 is released and stopped.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from deployments import child, server
from deployments.demo.closing import close, summary
from deployments.demo.watching import Board
from registry.roots import Roots
from tasks.release.pinning import pin
from tasks.release.workspace import Workspace

ENVIRONMENT = "demo"
PROMPT = "order-extract"
FIRST, BETTER, WORSE = "v2", "v3", "v4"


def run(console: Console) -> int:
    """Bring up everything, release three versions, print the changelog; 0 when v3 is live and v4 is not."""
    signal.signal(signal.SIGTERM, _end)  # a plain exit, so that everything that was started is ended
    began = time.monotonic()
    roots = Roots.find()
    roots.home.mkdir(parents=True, exist_ok=True)
    console.print(f"state: [bold]{roots.home}[/bold]")
    board = Board(console, began)
    with server.running(roots.home / "prefect") as prefect, _service(roots):
        console.print(f"Prefect: {prefect.url} shows each release while it runs")
        _point_prefect_at(prefect.environment)
        workspace = Workspace(roots, actor="demo")
        used = _go_back(workspace, console)
        promoted = [_release(version, board, used) for version in (FIRST, BETTER, WORSE)]
        return close(workspace, console, promoted[1], promoted[2], time.monotonic() - began)


def _end(_: int, __: object) -> None:
    sys.exit(143)


def _point_prefect_at(environment: Mapping[str, str]) -> None:
    """Before Prefect is imported in this process: its settings are read once."""
    os.environ.update({name: value for name, value in environment.items() if name.startswith("PREFECT_")})
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"


def _go_back(workspace: Workspace, console: Console) -> bool:
    """On a used state directory: live is pinned back to the first version, so that there is something to release."""
    route = workspace.publisher.read_table(ENVIRONMENT).prompts.get(PROMPT)
    if route is None:
        return False
    console.print(f"this state directory was used before: {PROMPT} is pinned back to {FIRST}")
    pin(workspace, ENVIRONMENT, PROMPT, FIRST, by="demo", reason="the demo starts over", break_glass=False)
    return True


def _release(version: str, board: Board, used: bool) -> bool:
    """Release one version through the Prefect flow, in this process; True when it was promoted or is live already."""
    if used and version == FIRST:
        return True
    from flows.release import release
    from tasks import telling
    from tasks.release.orders import ReleaseOrder

    order = ReleaseOrder(
        version=f"{PROMPT}@{version}",
        environment=ENVIRONMENT,
        by="demo",
        again=used,
        reason="the demo starts over" if used else "",
    )
    telling.listeners[:] = [board]
    with board.showing(version):
        state = release(order, return_state=True)
    board.say(summary(version, state))
    return bool(state.is_completed())


@contextmanager
def _service(roots: Roots) -> Iterator[None]:
    """The ticket service, in a process of its own that never hears of a prompt version."""
    env = {**os.environ, "PROMPTSHIP_HOME": str(roots.home), "PROMPTSHIP_LOCAL_SERVERS": "1"}
    command = [sys.executable, "-m", "deployments.demo.service", ENVIRONMENT, str(int(time.time()))]
    service = child.start("the ticket service", command, env, roots.home / "service.log", cwd=_checkout())
    try:
        yield
    finally:
        service.stop()


def _checkout() -> Path:
    return Path(__file__).resolve().parents[2]
