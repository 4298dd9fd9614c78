"""An endpoint on loopback that answers from a list, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "one",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "yes"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10},
}


@dataclass
class Endpoint:
    """`answers` are (status, body, headers), the last one again and again."""

    url: str
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=lambda: [(200, ANSWER, {})])
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Endpoint]:
    found = Endpoint("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            found.asked.append((dict(self.headers), json.loads(content)))
            status, body, headers = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            answer = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(answer)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
