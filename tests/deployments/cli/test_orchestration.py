from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from deployments.cli.health.orchestration import orchestration, stuck

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
AUTH = "admin:sesame"


def a_run(minutes: float, name: str = "Pending") -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    return {"id": "0198", "name": "release p v2", "state": {"name": name, "timestamp": at}}


class Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        wanted = f"Basic {base64.b64encode(AUTH.encode()).decode()}"
        self.send_response(200 if self.headers.get("Authorization") == wanted else 401)
        self.end_headers()
        self.wfile.write(json.dumps([a_run(1), a_run(60, "Submitting")]).encode())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def api() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}/api"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("minutes", "found"), [(9.9, 0), (10.1, 1)])
def test_a_run_that_is_never_started(minutes: float, found: int) -> None:
    findings = list(stuck([a_run(minutes)], NOW))
    assert len(findings) == found
    assert all("prefect flow-run cancel 0198" in finding.fix for finding in findings)


def test_without_a_server_there_is_nothing_to_say() -> None:
    assert list(orchestration(NOW, {})) == []


def test_a_server_is_asked_with_its_password_which_is_not_shown(api: str) -> None:
    server, run = orchestration(NOW, {"PREFECT_API_URL": f"http://{api}", "PREFECT_API_AUTH_STRING": AUTH})
    assert (server.state, server.found) == ("ok", f"http://{api}, 2 runs wait to be started")
    assert (run.state, run.found) == ("problem", "release p v2 is Submitting since 60 minutes")
    (refused,) = orchestration(NOW, {"PREFECT_API_URL": f"http://{api}"})
    assert "it wants a password" in refused.found


def test_a_server_that_is_away() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    (found,) = orchestration(NOW, {"PREFECT_API_URL": f"http://admin:sesame@{place}/api"})
    assert found.state == "problem"
    assert "sesame" not in found.found + found.fix
