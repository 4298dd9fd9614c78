"""`promptship serve` in processes of its own, a model behind an OpenAI-compatible address, an application with traffic.

with served(tmp_path, {"v1": (40, 0), "v2": (80, 0)}) as here:
    here.ask("deployments/name/release/release")
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import yaml

from deployments import child
from registry.errors import NoRoute
from registry.roots import Roots
from registry.runtime import drivers
from registry.runtime.client import Client
from registry.runtime.routes import Route
from registry.runtime.spool import Spool
from tasks.release.workspace import Workspace
from tests.polling import until
from tests.shop import quicken
from tests.world import PRODUCTS, PROMPT, make_evalsets, make_registry, say

PAUSE_S = 0.05


class Model(ThreadingHTTPServer):
    """Answers as `world.say`; `cases` are the messages of eval cases that it was asked, in order."""

    daemon_threads = True
    cases: list[str]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = body["messages"][-1]["content"]
        if "of case" in text:
            self.server.cases.append(f"{body['messages'][0]['content']}: {text}")
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
    """What runs. `answered` counts the application's requests."""

    roots: Roots
    model: Model
    url: str
    supervisor: subprocess.Popen[bytes]
    answered: list[str] = field(default_factory=list)

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/api/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as response:
            return json.loads(response.read() or "null")

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.roots, actor="test")

    @property
    def route(self) -> Route:
        return self.workspace.publisher.read_table("demo").route(PROMPT)

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


@contextmanager
def served(folder: Path, versions: Mapping[str, tuple[int, int]]) -> Iterator[Served]:
    """The server may still be coming up: `ready` waits for it."""
    with _model() as model:
        roots = Roots(
            home=folder / "home",
            registry=make_registry(folder / "registry", dict(versions)),
            evalsets=make_evalsets(folder / "evalsets"),
        )
        _reach(roots.registry / "models.yaml", f"http://127.0.0.1:{model.server_port}/v1")
        quicken(roots.registry / "environments.yaml")
        port = child.free_port()
        supervisor = _supervisor(roots, port)
        here = Served(roots, model, f"http://127.0.0.1:{port}", supervisor)
        try:
            with _traffic(here):
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
    """What runs by the clock would take the time of what a test is about."""
    for deployment in here.ask("deployments/filter", {}):
        if deployment["schedules"]:
            here.ask(f"deployments/{deployment['id']}/pause_deployment", {})


def _supervisor(roots: Roots, port: int) -> subprocess.Popen[bytes]:
    places = {f"PROMPTSHIP_{name.upper()}": str(getattr(roots, name)) for name in ("home", "registry", "evalsets")}
    command = [sys.executable, "-m", "deployments.cli.main", "serve", "--port", str(port)]
    roots.home.mkdir(parents=True, exist_ok=True)
    with (roots.home / "serve.log").open("ab") as log:
        return subprocess.Popen(command, env=os.environ | places, stdout=log, stderr=log, start_new_session=True)


@contextmanager
def _model() -> Iterator[Model]:
    model = Model(("127.0.0.1", 0), _Handler)
    model.cases = []
    thread = threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield model
    finally:
        model.shutdown()
        thread.join()
        model.server_close()


def _reach(models: Path, endpoint: str) -> None:
    """Another process asks it: over HTTP. The way to a model is no behavior, so the lock holds."""
    entries = yaml.safe_load(models.read_text())
    for entry in entries.values():
        entry["reach"] = {"driver": "openai", "endpoint": endpoint}
    models.write_text(yaml.safe_dump(entries))


@contextmanager
def _traffic(here: Served) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=_serve, args=(here, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _serve(here: Served, stop: threading.Event) -> None:
    spool = Spool(here.roots.spool, rotate_s=0.2)
    with Client("demo", roots=here.roots, spool=spool, poll=0.1) as client:
        while not stop.wait(PAUSE_S):
            number = len(here.answered)
            text = f"{PRODUCTS[number % len(PRODUCTS)]} number {number}"
            try:
                answer = client.call(PROMPT, {"message": text}, unit=f"session-{number}", intent="sort")
            except NoRoute:
                continue
            here.answered.append(answer.resolution.version)
