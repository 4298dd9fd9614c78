"""A program started beside this one: in a process group of its own, with a log, and stopped with all it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registry.errors import SettingsError

# Started from a script, a child inherits an ignored SIGINT; Prefect's worker then ignores SIGTERM too.
_PREFECT = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("prefect", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, on one line."""
        text = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " | ".join(line.strip() for line in text[-lines:]) or "nothing in its log"

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Returns when `ready()` is true. Raises SettingsError when the child ends before, or the time is over."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            late = time.monotonic() > deadline
            if late or not self.alive:
                state = f"was not ready after {timeout_s:g} s" if late else f"ended with code {self.process.returncode}"
                raise SettingsError(
                    f"{self.name} {state}: {self.last_words()}",
                    expected=f"{self.name} to come up",
                    fix=f"Read {self.log}",
                )
            time.sleep(0.2)

    def kill(self) -> None:
        """SIGKILL to the child alone: what it started goes on, until `stop`."""
        self.process.kill()
        self.process.wait()

    def stop(self, grace_s: float = 15) -> None:
        """SIGTERM to the child, then SIGKILL to what is left of its group. Safe to call twice."""
        if self.alive:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(grace_s)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Child:
    """Start `command`; both its outputs are appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            list(command),
            env=dict(environment),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    return Child(name, process, log)


def prefect(*arguments: str) -> list[str]:
    """The command line of Prefect's own CLI, in this interpreter."""
    return [sys.executable, "-c", _PREFECT, "--no-prompt", *arguments]


def run(name: str, command: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None) -> None:
    """Run `command` to its end. Raises SettingsError with what it says when it fails."""
    done = subprocess.run(
        list(command),
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SettingsError(
            f"`{name}` ended with code {done.returncode}: {(done.stderr or done.stdout).strip()}",
            expected="it to succeed",
            fix="Read what it says above",
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
