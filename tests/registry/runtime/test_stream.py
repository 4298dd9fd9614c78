from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ModelError, ModelRejected, ModelUnavailable, UsageError
from registry.runtime import drivers
from registry.runtime.client import Client
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.failure import rejected, unavailable
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import Scripted, artifact
from tests.registry.runtime.serving import serving, written
from tests.registry.runtime.world import PROMPT, live, put

Publish = Callable[..., RouteTable]
V1 = artifact("v1", models=("one", "two"))
PARTS = ['{"order_id":', ' "A-1"}']
WHOLE = Reply("".join(PARTS), prompt_tokens=10, cached_tokens=0, output_tokens=5, finish_reason="stop")


@dataclass
class Streams(Scripted):
    """Gives what `plan` says for each call: texts, a Reply or an error. `closed` counts the calls that were ended."""

    plan: list[list[Any]] = field(default_factory=lambda: [[*PARTS, WHOLE]])
    closed: int = 0

    def stream(self, request: Request) -> Generator[str | Reply, None, None]:
        self.asked.append(request)
        try:
            for item in self.plan.pop(0):
                if callable(item):
                    raise item(request.model)
                yield item
        finally:
            self.closed += 1

    async def astream(self, request: Request) -> AsyncGenerator[str | Reply, None]:
        for item in self.stream(request):
            yield item


@pytest.fixture
def driver() -> Iterator[Streams]:
    found = Streams()
    drivers.close_all()
    drivers.register("scripted", lambda _: found)
    yield found
    drivers.close_all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def client(publisher: LocalPublisher, publish: Publish, folder: Path) -> Iterator[Client]:
    put(publisher, V1)
    publish(live(V1))
    with serving(publisher, folder) as found:
        yield found


def down(model: Any) -> ModelError:
    return unavailable(model, "busy")


def no(model: Any) -> ModelError:
    return rejected(model, "bad request", fix="Correct it")


async def gathered(client: Client, most: int = 99) -> tuple[list[str], Any]:
    texts: list[str] = []
    async with client.astream(PROMPT, {"message": "hi"}) as stream:
        async for text in stream:
            texts.append(text)
            if len(texts) >= most:
                break
    return texts, stream.answer


def test_texts_come_one_by_one_and_the_record_at_the_end(client: Client, driver: Streams, folder: Path) -> None:
    with client.stream(PROMPT, {"message": "hi"}, unit="u", intent="status") as stream:
        with pytest.raises(UsageError, match="has not ended"):
            _ = stream.answer
        assert list(stream) == PARTS
    answer = stream.answer
    assert (answer.text, answer.value, answer.trace_id) == (WHOLE.text, {"order_id": "A-1"}, stream.trace_id)
    client.close()
    [trace] = written(folder)
    assert trace == answer.record
    assert 0 < trace["first_token_ms"] <= trace["latency_ms"]
    told = {"output_tokens": 5, "schema_ok": True, "finish_reason": "stop", "error": None, "attempts": 1}
    assert {name: trace[name] for name in told} == told


def test_in_an_event_loop(client: Client, driver: Streams) -> None:
    texts, answer = asyncio.run(gathered(client))
    assert texts == PARTS
    assert (answer.value, answer.record["schema_ok"]) == ({"order_id": "A-1"}, True)


@pytest.mark.parametrize("how", ["block", "close", "forgotten", "async"])
def test_a_caller_that_stops_early(how: str, client: Client, driver: Streams, folder: Path) -> None:
    if how == "async":
        asyncio.run(gathered(client, most=1))
    elif how == "block":
        with client.stream(PROMPT, {"message": "hi"}) as stream:
            next(stream)
    else:
        stream = client.stream(PROMPT, {"message": "hi"})
        next(stream)
        if how == "close":
            stream.close()
        del stream
    client.close()
    [trace] = written(folder)
    told = {
        "output": PARTS[0], "finish_reason": "cancelled", "error": None, "schema_ok": None, "served": V1.behavior,
        "output_tokens": None, "cost_usd": None, "refusal": False,
    }  # fmt: skip
    assert {name: trace[name] for name in told} == told
    assert trace["first_token_ms"] is not None
    assert driver.closed == 1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_provider_that_breaks_off(asynchronous: bool, client: Client, driver: Streams, folder: Path) -> None:
    """Half an answer was given: no retry, no fallback."""
    driver.plan = [[PARTS[0], down], [*PARTS, WHOLE]]

    def ask() -> None:
        if asynchronous:
            asyncio.run(gathered(client))
        else:
            list(client.stream(PROMPT, {"message": "hi"}))

    with pytest.raises(ModelUnavailable, match="busy"):
        ask()
    client.close()
    [trace] = written(folder)
    assert (trace["output"], trace["attempts"], trace["schema_ok"]) == (PARTS[0], 1, None)
    assert "busy" in trace["error"]
    assert len(driver.asked) == 1


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("plan", "attempts", "fallback"),
    [([[down], [*PARTS, WHOLE]], 2, False), ([[no], [*PARTS, WHOLE]], 2, True), ([[], [*PARTS, WHOLE]], 2, False)],
)
def test_before_the_first_text_it_is_tried_again(
    asynchronous: bool, plan: list[list[Any]], attempts: int, fallback: bool, client: Client, driver: Streams
) -> None:
    driver.plan = [*plan]
    if asynchronous:
        _, answer = asyncio.run(gathered(client))
    else:
        with client.stream(PROMPT, {"message": "hi"}) as stream:
            list(stream)
        answer = stream.answer
    record = answer.record
    assert (record["attempts"], record["fallback"], record["error"]) == (attempts, fallback, None)


def test_nothing_answers(client: Client, driver: Streams, folder: Path) -> None:
    driver.plan = [[no], [no]]
    with pytest.raises(ModelRejected):
        list(client.stream(PROMPT, {"message": "hi"}))
    client.close()
    [trace] = written(folder)
    assert (trace["served"], trace["output"], trace["first_token_ms"], trace["attempts"]) == (None, None, None, 2)


def test_an_error_of_the_driver_itself_is_recorded(client: Client, driver: Streams, folder: Path) -> None:
    driver.plan = []
    with pytest.raises(IndexError):
        list(client.stream(PROMPT, {"message": "hi"}))
    client.close()
    assert [trace["error"] for trace in written(folder)] == ["IndexError: pop from empty list"]


def test_a_driver_that_cannot_stream_answers_at_once(client: Client, scripted: Scripted) -> None:
    with client.stream(PROMPT, {"message": "hi"}) as stream:
        assert list(stream) == ['{"order_id": "A-1"}']
    assert stream.answer.record["schema_ok"] is True
    texts, answer = asyncio.run(gathered(client))
    assert json.loads(texts[0]) == answer.value


def test_what_is_never_read_is_never_asked(client: Client, driver: Streams, folder: Path) -> None:
    with client.stream(PROMPT, {"message": "hi"}):
        pass
    client.close()
    assert (driver.asked, written(folder)) == ([], [])
