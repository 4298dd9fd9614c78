"""An application in a process of its own: it knows the SDK, an environment and a prompt, and no version of it.

    python -m tests.running_application <home> <log>

One request after the other, each of a new session, until SIGTERM; a line of JSON for each answer.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

from registry.errors import NoRoute
from registry.roots import Roots
from registry.runtime.client import Answer, Client
from registry.runtime.spool import Spool
from tests import scripted
from tests.world import PRODUCTS, PROMPT, say

PAUSE_S = 0.015


def serve(client: Client, log: Path, stop: threading.Event) -> None:
    """Answer until told to stop; before a first version is live there is nothing to answer with."""
    with log.open("a", buffering=1) as file:
        for number in count():
            if stop.wait(PAUSE_S):
                return
            text = f"{PRODUCTS[number % len(PRODUCTS)]} number {number}"
            try:
                answer = client.call(PROMPT, {"message": text}, unit=f"session-{number}", intent="sort")
            except NoRoute:
                continue
            file.write(json.dumps(_line(answer)) + "\n")


def _line(answer: Answer) -> dict[str, Any]:
    found = answer.resolution
    return {
        "version": found.version,
        "behavior": found.behavior,
        "arm": found.arm,
        "generation": found.generation,
        "release_id": found.release_id,
    }


def main() -> None:
    home, log = map(Path, sys.argv[1:])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    roots = Roots(home=home, registry=home / "no registry here", evalsets=home / "no eval sets here")
    spool = Spool(roots.spool, rotate_s=0.05)
    with scripted.installed(say), Client("demo", roots=roots, spool=spool, poll=0.02) as client:
        serve(client, log, stop)


if __name__ == "__main__":
    main()
