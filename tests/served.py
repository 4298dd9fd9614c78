"""`promptship serve` in processes of its own, a model behind an OpenAI-compatible address, an application with traffic.

with served(furnished(tmp_path, {"v1": (40, 0), "v2": (80, 0)})) as here:
    here.ask("deployments/name/release/release")
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from deployments import child
from registry.errors import NoRoute
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.client import Client
from registry.runtime.routes import Route
from registry.runtime.spool import Spool
from tasks.release.workspace import Workspace
from tests.places import places
from tests.polling import until
from tests.prefect_server import ask
from tests.shop import quicken
from tests.world import PRODUCTS, PROMPT, make_evalsets, make_registry, say

PAUSE_S = 0.05
RUN_S = 240.0


class Model(ThreadingHTTPServer):
    """Answers as `world.say`; `answers` are the messages that it answered, in order.

    What has all the words `stuck` in it hangs until `go`, and is then hung up on; `hanging` counts them. The first
    `spared` of them are answered.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[str] = []
        self.stuck: tuple[str, ...] = ()
        self.spared = 0
        self.hanging = 0
        self.go = threading.Event()
        self._counting = threading.Lock()

    @property
    def cases(self) -> list[str]:
        """Those about eval cases."""
        return [asked for asked in self.answers if "of case" in asked]

    def hang(self, *words: str, spared: int = 0) -> None:
        self.go.clear()
        self.stuck, self.spared, self.hanging = words, spared, 0

    def hangs(self, asked: str) -> bool:
        with self._counting:
            if not self.stuck or not all(word in asked for word in self.stuck):
                return False
            self.spared -= 1
            self.hanging += self.spared < 0
            return self.spared < 0

    def let_go(self) -> None:
        self.stuck = ()
        self.go.set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        asked = f"{body['messages'][0]['content']}: {text}"
        if self.server.hangs(asked):
            self.server.go.wait()
            self.close_connection = True
            return
        self.server.answers.append(asked)
        message = {"role": "assistant", "content": say(body["messages"])}
        answer = {
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25},
        }
        self._reply(json.dumps(answer).encode())

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@dataclass
class Served:
    """What runs. `answered` are the versions that the application's requests got; while `closed` it makes none."""

    roots: Roots
    model: Model
    url: str
    supervisor: subprocess.Popen[bytes]
    answered: list[str] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str, body: Mapping[str, Any] | Sequence[Any] | None = None) -> Any:
        return ask(f"{self.url}/api", path, body)

    def start(self, deployment: str, **parameters: Any) -> str:
        """The id of a new run."""
        found = self.ask(f"deployments/name/{deployment}/{deployment}")["id"]
        return str(self.ask(f"deployments/{found}/create_flow_run", {"parameters": parameters})["id"])

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.roots, actor="test")

    def route(self, prompt: str = PROMPT) -> Route:
        return self.workspace.publisher.read_table("demo").route(prompt)

    @property
    def looks(self) -> int:
        """How often a canary was looked at."""
        (found,) = self.workspace.store.rows("SELECT count(DISTINCT (release_id, batch_seq)) AS looks FROM look")
        return int(found["looks"])

    @property
    def pids(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.roots.home / "prefect" / "serve.json").read_text())
        return found

    def change(self, **texts: str) -> None:
        """Other rules of the environment: `approval` before the canary, or a longer `dwell`."""
        path = self.roots.registry / "environments.yaml"
        entries = yaml.safe_load(path.read_text())
        entries["demo"].update({name: yaml.safe_load(text) for name, text in texts.items()})
        path.write_text(yaml.safe_dump(entries, sort_keys=False))

    def log(self) -> str:
        return (self.roots.home / "serve.log").read_text()

    def kill(self, what: str) -> int:
        """kill -9; the number of the process that is no more."""
        pid = self.pids[what]
        os.kill(pid, signal.SIGKILL)
        return pid

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """Nobody starts again what dies."""
        os.kill(self.pids["supervisor"], signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pids["supervisor"], signal.SIGCONT)

    def replaced(self, what: str, pid: int) -> None:
        """Returns when there is another one in the place of this process."""
        until(lambda: self.pids[what] != pid, f"another {what}", 240)

    def end(self, run: str, *states: str) -> Any:
        """The flow run once it is in one of these states; one that ends otherwise fails the test."""

        def now() -> Any:
            found = self.ask(f"flow_runs/{run}")
            over = found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")
            assert not over or found["state"]["name"] in states, found["state"]
            return found if found["state"]["name"] in states else None

        return until(now, f"{states} of {run}", RUN_S)


def furnished(folder: Path, versions: Mapping[str, tuple[int, int]]) -> Roots:
    """A registry with these versions of one prompt, and its eval set."""
    return Roots(
        home=folder / "home",
        registry=make_registry(folder / "registry", dict(versions)),
        evalsets=make_evalsets(folder / "evalsets"),
    )


@contextmanager
def served(roots: Roots, prompts: Sequence[str] = (PROMPT,)) -> Iterator[Served]:
    """The server may still be coming up: `ready` waits for it. The application asks `prompts` in turn."""
    with _model() as model:
        reach(roots.registry / "models.yaml", f"http://127.0.0.1:{model.server_port}/v1")
        quicken(roots.registry / "environments.yaml")
        port = child.free_port()
        supervisor = _supervisor(roots, port)
        here = Served(roots, model, f"http://127.0.0.1:{port}", supervisor)
        try:
            with _traffic(here, prompts):
                yield here
        finally:
            supervisor.terminate()
            supervisor.wait(90)
            drivers.close_all()


def ready(here: Served) -> None:
    """Returns when everything is deployed and the worker waits."""

    def up() -> bool:
        assert here.supervisor.poll() is None, here.log()
        return "waits for runs" in here.log()

    until(up, "the supervisor", 240)
    _pause_schedules(here)


def _pause_schedules(here: Served) -> None:
    """What runs by the clock would take the time of what a test is about.

    The scheduler has been there first: the runs that it is about to write would stay.
    """
    for deployment in here.ask("deployments/filter", {}):
        if deployment["schedules"]:
            mine = {"deployments": {"id": {"any_": [deployment["id"]]}}}
            until(partial(here.ask, "flow_runs/count", mine), f"a scheduled {deployment['name']}")
            here.ask(f"deployments/{deployment['id']}/pause_deployment", {})


def _supervisor(roots: Roots, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "deployments.cli.main", "serve", "--port", str(port)]
    roots.home.mkdir(parents=True, exist_ok=True)
    with (roots.home / "serve.log").open("ab") as log:
        return subprocess.Popen(command, env=os.environ | places(roots), stdout=log, stderr=log, start_new_session=True)


@contextmanager
def _model() -> Iterator[Model]:
    model = Model()
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield model
    finally:
        model.let_go()
        model.shutdown()
        thread.join()
        model.server_close()


def reach(models: Path, endpoint: str) -> None:
    """Another process asks it: over HTTP. The way to a model is no behavior, so the lock holds."""
    entries = yaml.safe_load(models.read_text())
    for entry in entries.values():
        entry["reach"] = {"driver": "openai", "endpoint": endpoint}
    models.write_text(yaml.safe_dump(entries))


@contextmanager
def _traffic(here: Served, prompts: Sequence[str]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(here, prompts, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _serve(here: Served, prompts: Sequence[str], stop: threading.Event) -> None:
    spool = Spool(here.roots.spool, rotate_s=0.2)
    with Client("demo", roots=here.roots, spool=spool, poll=0.1) as client:
        for number, prompt in enumerate(cycle(prompts)):
            if stop.wait(PAUSE_S):
                return
            text = f"{PRODUCTS[number // len(prompts) % len(PRODUCTS)]} number {number}"
            if not here.closed.is_set():
                with suppress(NoRoute):
                    answer = client.call(prompt, {"message": text}, unit=f"session-{number}", intent="sort")
                    here.answered.append(f"{prompt}@{answer.resolution.version}")
