"""A small ticket service, as an application is: it knows the SDK and an environment, and no prompt version.

It answers one customer message at a time, a new session each, until it is told to stop. It is nice to the release,
which runs a model on the same few cores: a gate needs answers, a canary needs traffic while nothing else runs.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from registry.errors import NoRoute, PromptshipError
from registry.runtime.client import Client

from .tickets import tickets

PROMPT = "order-extract"
NICENESS = 5


def serve(environment: str, seed: int, stop: threading.Event) -> int:
    """Answer tickets until `stop` is set; returns how many were answered."""
    answered = 0
    with Client(environment, application="ticket-service") as client:
        _wait_for_a_live_version(client, stop)
        for ticket in tickets(seed):
            if stop.is_set():
                break
            try:
                client.call(PROMPT, {"message": ticket.message}, unit=ticket.unit, intent=ticket.intent)
                answered += 1
            except PromptshipError as error:
                sys.stderr.write(f"{error}\n")
                stop.wait(1)
    return answered


def _wait_for_a_live_version(client: Client, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            client.resolve(PROMPT)
            return
        except NoRoute:
            stop.wait(0.2)


def main() -> None:
    os.nice(NICENESS)
    environment, seed = sys.argv[1], int(sys.argv[2])
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    began = time.monotonic()
    answered = serve(environment, seed, stop)
    sys.stdout.write(f"answered {answered} tickets in {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    main()
