"""`make serve`: server, work pool, deployments and worker on one machine, under a supervisor that restarts what dies.

Not Prefect's `serve()`, which has no work pool and pauses its deployments on SIGTERM.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click

from deployments import child, server, worker
from deployments.server import Server
from deployments.worker import Worker
from registry.errors import SettingsError
from registry.runtime.atomic import replace

NOTE = "serve.json"
_LOOK_S = 1.0
_READY_S = 120.0
_PATIENCE_S = 60.0
"""A child that dies sooner than this after its start, three times in a row, is not started again."""
_TRIES = 3


class Started(NamedTuple):
    """The process numbers of what runs."""

    supervisor: int
    server: int
    worker: int


@dataclass
class Supervisor:
    """What runs. `say` is told of every start and every death; the runs of `dead` workers may still go on."""

    home: Path
    root: Path
    port: int
    say: Callable[[str], None]
    server: Server
    worker: Worker
    dead: list[Worker] = field(default_factory=list)

    @classmethod
    def start(cls, home: Path, root: Path, port: int, say: Callable[[str], None]) -> Supervisor:
        """Everything up and deployed. Raises SettingsError when the port is taken, or something does not come up."""
        if server.answers(f"http://127.0.0.1:{port}/api/ready"):
            raise SettingsError(
                f"something answers on port {port} already",
                expected="a free port for the Prefect server",
                fix="`promptship serve --stop` ends what was started here; or give another --port",
            )
        up = server.start(home, port, os.environ.get(server.DATABASE))
        try:
            up.wait(_READY_S)
            say(f"server  {up.url}")
            _deploy(up, root)
            say("deployments and automations are as the files say")
            busy = worker.start(up, root)
        except BaseException:
            up.process.stop()
            raise
        supervisor = cls(home, root, port, say, up, busy)
        supervisor._note()
        return supervisor

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Restart what dies until `stopped()`. Raises SettingsError when something dies again and again."""
        deaths: list[float] = []
        while not stopped():
            if not (self.server.process.alive and self.worker.process.alive):
                deaths = [at for at in deaths if time.monotonic() - at < _PATIENCE_S] + [time.monotonic()]
                self._mend(len(deaths))
            time.sleep(_LOOK_S)

    def _mend(self, deaths: int) -> None:
        dead = self.worker.process if self.server.process.alive else self.server.process
        if deaths > _TRIES:
            raise SettingsError(
                f"{dead.name} died {deaths} times within {_PATIENCE_S:g} s: {dead.last_words()}",
                expected=f"{dead.name} to stay up",
                fix=f"Read {dead.log}",
            )
        self.say(f"{dead.name} died with code {dead.process.returncode}; it is started again")
        if not self.server.process.alive:
            self.server = server.start(self.home, self.port, os.environ.get(server.DATABASE))
            self.server.wait(_READY_S)
            # After an outage a worker no longer cancels runs, and ignores SIGTERM for a while.
        self.worker.process.kill()
        self.dead.append(self.worker)
        self.worker = worker.start(self.server, self.root)
        self._note()

    def stop(self) -> None:
        """The worker first, so that it can say good-bye to the server."""
        self.worker.process.stop()
        for one in self.dead:
            one.process.stop()
        self.server.process.stop()
        (self.home / NOTE).unlink(missing_ok=True)

    def _note(self) -> None:
        """Who was started, for who ends it; they never read half of it."""
        started = Started(os.getpid(), self.server.process.process.pid, self.worker.process.process.pid)
        replace(self.home / NOTE, json.dumps(started._asdict()).encode(), sync=False)


def _deploy(up: Server, root: Path) -> None:
    """In a process of its own: Prefect reads its settings once."""
    child.run("promptship deploy", [sys.executable, "-m", "deployments.cli.main", "deploy"], up.environment, cwd=root)


def serve(home: Path, root: Path, port: int) -> None:
    """Bring everything up, watch it, and end it all on SIGTERM or Ctrl-C. Raises SettingsError."""
    ending = False

    def end(_: int, __: object) -> None:
        nonlocal ending
        ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    supervisor = Supervisor.start(home, root, port, _say)
    try:
        _say("worker  waits for runs; end everything with Ctrl-C or `make stop`")
        supervisor.watch(lambda: ending)
    finally:
        supervisor.stop()


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def stop(home: Path, grace_s: float = 60) -> bool:
    """End what `serve` started in this home, also when the supervisor was killed; False when nothing runs.

    Raises SettingsError when the supervisor does not end in time.
    """
    note = home / NOTE
    try:
        started = Started(**json.loads(note.read_text()))
    except FileNotFoundError:
        return False
    if not _is_ours(started.supervisor, "serve"):
        killed = [_kill(pid) for pid in (started.worker, started.server)]
        note.unlink(missing_ok=True)
        return any(killed)
    os.kill(started.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while note.exists():
        if time.monotonic() > deadline:
            raise SettingsError(
                f"process {started.supervisor} did not end within {grace_s:g} s",
                expected="it to stop worker and server",
                fix=f"Read {home}/worker.log and {home}/server.log, then `kill -9 {started.supervisor}` and stop again",
            )
        time.sleep(0.2)
    return True


def _kill(group: int) -> bool:
    if not _is_ours(group, "prefect"):
        return False
    os.killpg(group, signal.SIGKILL)
    return True


def _is_ours(pid: int, word: str) -> bool:
    """Whether this process lives and is what it was: numbers are used again."""
    shown = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return word in shown.stdout
