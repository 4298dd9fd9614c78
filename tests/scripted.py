"""A model that says what a test tells it to, and what a test needs around it.

with scripted.installed(lambda messages: "hello") as driver:
    ...                                  # every model of scripted.model() answers "hello"
assert len(driver.requests) == 1
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from registry.behavior import Behavior
from registry.models import Limits, Model, Price, Reach
from registry.runtime import drivers
from registry.runtime.artifact_file import Artifact, from_behavior
from registry.runtime.drivers import Reply, Request

DRIVER = "scripted"

Say = Callable[[list[dict[str, str]]], str | Reply]
"""Messages in, text or a whole Reply out; or raises ModelUnavailable, ModelRejected."""


@dataclass
class Scripted:
    """Counts one token a word. `most_at_once` is how many calls ran side by side; a call takes `pause_s` seconds."""

    say: Say
    pause_s: float = 0.0
    requests: list[Request] = field(default_factory=list)
    most_at_once: int = 0
    _running: int = 0

    def complete(self, request: Request) -> Reply:
        self.requests.append(request)
        said = self.say(request.messages)
        return said if isinstance(said, Reply) else _reply(said, request)

    async def acomplete(self, request: Request) -> Reply:
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            await asyncio.sleep(self.pause_s)
            return self.complete(request)
        finally:
            self._running -= 1

    def close(self) -> None:
        """Holds nothing."""


def _reply(text: str, request: Request) -> Reply:
    return Reply(
        text=text,
        finish_reason="stop",
        prompt_tokens=sum(len(message["content"].split()) for message in request.messages),
        cached_tokens=0,
        output_tokens=len(text.split()),
        model=request.model.model,
        latency_s=0.1,
    )


@contextmanager
def installed(say: Say, pause_s: float = 0.0) -> Iterator[Scripted]:
    """The driver behind every model of `model()`, until the end of the block."""
    driver = Scripted(say, pause_s)
    drivers.close_all()
    drivers.register(DRIVER, lambda _: driver)
    try:
        yield driver
    finally:
        drivers.close_all()


def model(name: str = "parrot-1", *, price: Price | None = None, limits: Limits | None = None) -> Model:
    """An entry of models.yaml that the scripted driver answers for."""
    return Model(provider="test", model=name, reach=Reach(driver=DRIVER), price=price, limits=limits or Limits())


def artifact(
    template: str = "{{ message }}",
    *,
    answered_by: Model | None = None,
    variables: dict[str, dict[str, Any]] | None = None,
    output: dict[str, Any] | None = None,
    tools: list[dict[str, Any]] | None = None,
) -> Artifact:
    """A behavior version with one user message; by default it has the variable `message` and promises text."""
    components: dict[Any, Any] = {
        "prompt": {
            "messages": [{"role": "user", "content": template}],
            "variables": {"message": {"type": "string"}} if variables is None else variables,
            "dialect": "jinja-1",
        },
        "model": (answered_by or model()).identity,
        "decoding": {"temperature": 0.0, "max_output_tokens": 16},
        "tools": tools or [],
        "output": output or {"format": "text"},
        "retrieval": None,
        "safety": {"text": "", "settings": {}},
        "fallbacks": [],
    }
    return from_behavior(Behavior(components))
