"""`make bench`: which version does this request get, beside what others offer, where `peers` finds it.

langfuse answers from its cache, filled once from a server of this test; OpenFeature reads a flag file in process by
flagd's provider. They run turn about with ours, each in a process of its own. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registry.runtime.client import Client
from tests.bench import peers
from tests.bench.test_speed import cpu, told
from tests.world import PROMPT, world

pytestmark = pytest.mark.bench

TIMES, TURNS = 20_000, 3
_PROMPT = {
    "id": "p", "name": PROMPT, "version": 1, "prompt": "hello", "type": "text", "config": {}, "labels": ["production"],
    "tags": [], "createdAt": "2026-11-01T00:00:00Z", "updatedAt": "2026-11-01T00:00:00Z", "projectId": "p",
    "createdBy": "bench", "isActive": True,
}  # fmt: skip
_FLAG = {
    "state": "ENABLED", "variants": {"v1": "v1", "v2": "v2"}, "defaultVariant": "v1",
    "targeting": {"fractional": [["v1", 95], ["v2", 5]]},
}  # fmt: skip
_TIMED = """
import sys, time
def timed(call):
    call()
    began = time.process_time()
    for _ in range(int(sys.argv[3])):
        call()
    print((time.process_time() - began) / int(sys.argv[3]))
"""
_LANGFUSE = """
import langfuse
client = langfuse.Langfuse(public_key="pk", secret_key="sk", host=sys.argv[2], tracing_enabled=False)
timed(lambda: client.get_prompt(sys.argv[1], cache_ttl_seconds=3600))
"""
_FLAGD = """
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext
provider = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=sys.argv[2])
api.set_provider_and_wait(provider)
client, context = api.get_client(), EvaluationContext(targeting_key="session-1")
assert client.get_string_value(sys.argv[1], "none", context) != "none"
timed(lambda: client.get_string_value(sys.argv[1], "none", context))
api.shutdown()
"""

Resolve = Callable[[], object]


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Resolve]:
    """A resolve when nothing changed."""
    with world(tmp_path) as here:
        here.release("v1")
        with Client("demo", roots=here.workspace.roots) as client:
            client.resolve(PROMPT, unit="session-1")
            yield lambda: client.resolve(PROMPT, unit="session-1")


def theirs(script: str, source: str) -> float:
    """CPU seconds a call, in the peers' own interpreter."""
    command = [peers.python(), "-c", _TIMED + script, PROMPT, source, str(TIMES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout.split()[-1])


def beside(ours: Resolve, peer: str, script: str, source: str) -> None:
    turns = [(cpu(ours, TIMES), theirs(script, source)) for _ in range(TURNS)]
    mine, other = (min(turn[side] for turn in turns) for side in (0, 1))
    told("resolve when nothing changed", mine, peer, other)


@contextmanager
def _server() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(_PROMPT).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_beside_the_cache_of_langfuse(ours: Resolve, capfd: pytest.CaptureFixture[str]) -> None:
    peers.found("langfuse")
    with _server() as host, capfd.disabled():
        beside(ours, "langfuse get_prompt, cached", _LANGFUSE, host)


def test_beside_openfeature_with_flagd(ours: Resolve, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    peers.found("flagd")
    path = tmp_path / "flags.json"
    path.write_text(json.dumps({"flags": {PROMPT: _FLAG}}))
    with capfd.disabled():
        beside(ours, "OpenFeature with flagd's fractional, in process", _FLAGD, str(path))
