"""What `promptship ci release` asks of a Prefect server, without one: a deployment, flow runs, and outages.

with api() as fake:
    fake.states["parcel-sort@v4"] = [RUNNING, ("FAILED", "Rejected")]
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

State = tuple[str, str]
RUNNING: State = ("RUNNING", "Running")


@dataclass
class Api:
    """`states` are those of each version's run, the last one again and again. `answers` are given before anything else:
    a status, or a text that is no JSON."""

    port: int = 0
    states: dict[str, list[State]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    answers: list[int | str] = field(default_factory=list)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def up(self) -> None:
        """On the port that it had before."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def down(self) -> None:
        """Safe to call twice."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def start(self, asked: dict[str, Any]) -> dict[str, Any]:
        """As Prefect does: a key that it has seen gives the old run."""
        run = {"id": f"run-{len(self.runs)}", **asked}
        return self.runs.setdefault(asked["idempotency_key"], run)

    def read(self, run_id: str) -> dict[str, Any]:
        run = next(one for one in self.runs.values() if one["id"] == run_id)
        states = self.states[run["parameters"]["order"]["version"]]
        kind, name = states.pop(0) if len(states) > 1 else states[0]
        return {**run, "labels": self.labels, "state": {"type": kind, "name": name, "message": f"it is {name}"}}


@contextmanager
def api() -> Iterator[Api]:
    fake = Api()
    fake.up()
    try:
        yield fake
    finally:
        fake.down()


def _handler(fake: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/api/deployments/name/release/release":
                self._answer({"id": "dep-1"})
            elif self.path.startswith("/api/flow_runs/"):
                self._answer(fake.read(self.path.rpartition("/")[2]))
            else:
                self._answer({"detail": "not found"}, 404)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self._answer(fake.start(asked), 201)

        def _answer(self, content: dict[str, Any], status: int = 200) -> None:
            fake.headers.append(dict(self.headers))
            said = fake.answers.pop(0) if fake.answers else None
            text = said if isinstance(said, str) else json.dumps(content)
            self.send_response(said if isinstance(said, int) else status)
            self.send_header("content-length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
