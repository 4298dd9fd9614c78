"""Requests to a real Prefect server, as Prefect's own client makes them: asked again while it says that it is busy."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.polling import until

BUSY = 503
"""What it answers when somebody else writes to its SQLite database for too long."""


def ask(api: str, path: str, body: Any = None, method: str | None = None) -> Any:
    """The answer, as JSON; a body makes it a POST. Raises HTTPError for any other refusal."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{api}/{path}", data, {"Content-Type": "application/json"}, method=method)
    return json.loads(until(lambda: _answer(request), f"an answer to {path}"))


def _answer(request: Request) -> bytes | None:
    """None while it is busy."""
    try:
        with urlopen(request, timeout=60) as response:
            return bytes(response.read() or b"null")
    except HTTPError as error:
        if error.code != BUSY:
            raise
        error.close()
    return None
