"""`GET /metrics` for Prometheus: read-only, standard library only."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tasks.observability.exposition import CONTENT_TYPE

PATH = "/metrics"


def endpoint(host: str, port: int, read: Callable[[], str]) -> ThreadingHTTPServer:
    """Not serving yet. Port 0 takes a free one. Raises OSError where the address is taken."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != PATH:
                self.send_error(HTTPStatus.NOT_FOUND, explain=f"Metrics are at {PATH}")
                return
            body = read().encode()
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A line for each scrape would say nothing."""

    return ThreadingHTTPServer((host, port), Handler)
