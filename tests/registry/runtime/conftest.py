"""A published world: two versions of one prompt with a driver that answers from a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from registry.behavior import Behavior
from registry.models import Model
from registry.runtime import drivers
from registry.runtime.artifact_file import Artifact, from_behavior
from registry.runtime.drivers import Reply, Request
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from registry.runtime.routes_change import stamped
from tests.registry.runtime.storages import bucket, s3

__all__ = ["bucket", "s3"]

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def model(name: str = "one", **fields: Any) -> Model:
    reach = {"driver": "scripted", **fields.pop("reach", {})}
    price = {"input_per_million": 1.0, "output_per_million": 2.0}
    return Model.model_validate({"provider": "test", "model": name, "reach": reach, "price": price, **fields})


def artifact(text: str = "v1", *, models: tuple[str, ...] = ("one",), **components: Any) -> Artifact:
    """Its system message is `text`; the first of `models` is its model, the others its fallbacks."""
    identities = [model(name).identity for name in models]
    messages = [{"role": "system", "content": text}, {"role": "user", "content": "{{ message }}"}]
    whole: dict[Any, Any] = {
        "prompt": {"dialect": "jinja-1", "messages": messages, "variables": {"message": {"type": "string"}}},
        "model": identities[0],
        "decoding": {"temperature": 0.0, "max_output_tokens": 48, "seed": 7},
        "tools": [],
        "output": {"format": "json", "schema": {"type": "object", "required": ["order_id"]}},
        "retrieval": None,
        "safety": {"text": "", "settings": {}},
        "fallbacks": identities[1:],
    }
    return from_behavior(Behavior(whole | components))


@dataclass
class Scripted:
    """A driver that does what `script` says for a request, and remembers what it was asked."""

    script: Callable[[Request], Reply] = lambda request: Reply(
        '{"order_id": "A-1"}', prompt_tokens=10, cached_tokens=0, output_tokens=5, finish_reason="stop"
    )
    asked: list[Request] = field(default_factory=list)

    def complete(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.script(request)

    async def acomplete(self, request: Request) -> Reply:
        return self.complete(request)

    def close(self) -> None:
        self.asked.clear()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    driver = Scripted()
    drivers.close_all()
    drivers.register("scripted", lambda _: driver)
    yield driver
    drivers.close_all()


@pytest.fixture
def publisher(tmp_path: Path) -> LocalPublisher:
    return LocalPublisher(tmp_path / "artifacts", tmp_path / "routes")


@pytest.fixture
def publish(publisher: LocalPublisher) -> Callable[..., RouteTable]:
    """Makes a change of the table of `production` the next generation."""

    def apply(change: Callable[[RouteTable], RouteTable], *, history: bool = True) -> RouteTable:
        before = publisher.read_table("production")
        operation = f"op_{before.generation + 1}"
        after = stamped(change(before), operation=operation, at=AT, by="test")
        publisher.swap(after, before.generation, history)
        return after

    return apply
