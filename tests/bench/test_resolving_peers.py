"""`make bench`: which version does this request get, beside a dict and beside what others offer, where it is installed.

langfuse answers from its cache, filled once from a server of this test; OpenFeature reads a flag file through flagd's
provider. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from registry.runtime.client import Client
from tests.bench.test_speed import cpu, told
from tests.world import PROMPT, world

pytestmark = pytest.mark.bench

TIMES = 20_000
_PROMPT = {
    "id": "p", "name": PROMPT, "version": 1, "prompt": "hello", "type": "text", "config": {}, "labels": ["production"],
    "tags": [], "createdAt": "2026-11-01T00:00:00Z", "updatedAt": "2026-11-01T00:00:00Z", "projectId": "p",
    "createdBy": "bench", "isActive": True,
}  # fmt: skip
_FLAG = {
    "state": "ENABLED", "variants": {"v1": "v1", "v2": "v2"}, "defaultVariant": "v1",
    "targeting": {"fractional": [["v1", 95], ["v2", 5]]},
}  # fmt: skip


@pytest.fixture
def ours(tmp_path: Path) -> float:
    """CPU seconds of a resolve when nothing changed."""
    with world(tmp_path) as here:
        here.release("v1")
        with Client("demo", roots=here.workspace.roots) as client:
            client.resolve(PROMPT, unit="session-1")
            return cpu(lambda: client.resolve(PROMPT, unit="session-1"), TIMES)


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


def test_beside_the_cache_of_langfuse(ours: float, capfd: pytest.CaptureFixture[str]) -> None:
    langfuse: Any = pytest.importorskip("langfuse", reason="langfuse is not installed")
    with _server() as host:
        client = langfuse.Langfuse(public_key="pk", secret_key="sk", host=host)
        client.get_prompt(PROMPT, cache_ttl_seconds=3600)
        theirs = cpu(lambda: client.get_prompt(PROMPT, cache_ttl_seconds=3600), TIMES)
    with capfd.disabled():
        told("resolve when nothing changed", ours, "langfuse get_prompt, cached", theirs)


def test_beside_openfeature_with_flagd(ours: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flagd: Any = pytest.importorskip("openfeature.contrib.provider.flagd", reason="flagd's provider is not installed")
    from openfeature import api
    from openfeature.contrib.provider.flagd.config import ResolverType  # type: ignore[import-not-found]
    from openfeature.evaluation_context import EvaluationContext

    path = tmp_path / "flags.json"
    path.write_text(json.dumps({"flags": {PROMPT: _FLAG}}))
    api.set_provider(flagd.FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(path)))
    try:
        client, context = api.get_client(), EvaluationContext(targeting_key="session-1")
        theirs = cpu(lambda: client.get_string_value(PROMPT, "none", context), TIMES)
    finally:
        api.shutdown()
    with capfd.disabled():
        told("resolve when nothing changed", ours, "OpenFeature with flagd", theirs)
