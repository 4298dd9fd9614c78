from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry.artifact import Decoding, Output, Tool
from registry.errors import ModelRejected
from registry.images import parts
from registry.message import Image
from registry.runtime.drivers import Reply, Request, chat
from tests.registry.runtime.conftest import model

MESSAGES = [{"role": "user", "content": "hi"}]


def request(*, decoding: dict[str, Any] | None = None, output: dict[str, Any] | None = None, **fields: Any) -> Request:
    wanted = {"temperature": 0.0, "max_output_tokens": 8} | (decoding or {})
    return Request(model(), MESSAGES, Decoding(**wanted), output=Output.model_validate(output or {}), **fields)


def test_what_is_not_set_is_left_out() -> None:
    assert chat.body(request()) == {"messages": MESSAGES, "temperature": 0.0, "max_tokens": 8}


def test_what_is_set_is_sent() -> None:
    tool = Tool(name="look_up", parameters={"type": "object"})
    found = chat.body(request(decoding={"seed": 7, "top_p": 0.5, "stop": ("\n",)}, tools=(tool,)))
    assert (found["seed"], found["top_p"], found["stop"]) == (7, 0.5, ["\n"])
    function = {"name": "look_up", "description": "", "parameters": {"type": "object"}}
    assert found["tools"] == [{"type": "function", "function": function}]


@pytest.mark.parametrize(
    ("output", "sent"),
    [
        ({"format": "json", "schema": {"type": "object"}}, None),
        ({"format": "text", "enforce": "request"}, None),
        ({"format": "json", "enforce": "request"}, {"type": "json_object"}),
        (
            {"format": "json", "enforce": "request", "schema": {"type": "object"}},
            {"type": "json_schema", "json_schema": {"name": "output", "schema": {"type": "object"}}},
        ),
    ],
)
def test_the_schema_is_sent_where_the_prompt_asks(output: dict[str, Any], sent: dict[str, Any] | None) -> None:
    assert chat.body(request(output=output)).get("response_format") == sent


def test_more_than_one_call_is_refused() -> None:
    with pytest.raises(ModelRejected, match="'vote' of 5"):
        chat.body(request(decoding={"strategy": {"kind": "vote", "n": 5}}))


def test_images_go_to_models_that_take_them() -> None:
    content = parts("What is it?", [Image(url="https://example.com/a.png")], {})
    messages = [{"role": "user", "content": content}]
    asked = Request(model(images=True), messages, Decoding(temperature=0.0, max_output_tokens=8))
    assert chat.body(asked)["messages"] == messages
    with pytest.raises(ModelRejected, match="takes no images"):
        chat.body(replace(asked, model=model()))


def test_reads_an_answer() -> None:
    message = {
        "content": None,
        "refusal": "no",
        "tool_calls": [
            {"function": {"name": "look_up", "arguments": '{"id": 1}'}},
            {"function": {"name": "odd", "arguments": "{"}},
        ],
    }
    document = {
        "choices": [{"message": message, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}},
        "model": "one",
        "system_fingerprint": "fp",
        "timings": {"prompt_ms": 100.0, "predicted_per_token_ms": 20.0},
    }
    assert chat.reply(request(), document, 0.5) == Reply(
        text="",
        tool_calls=({"name": "look_up", "arguments": {"id": 1}}, {"name": "odd", "arguments": "{"}),
        finish_reason="tool_calls",
        refusal="no",
        prompt_tokens=9,
        cached_tokens=8,
        output_tokens=4,
        model="one",
        system_fingerprint="fp",
        latency_s=0.5,
        first_token_s=0.12,
    )


def test_what_is_not_said_is_none() -> None:
    found = chat.reply(request(), {"choices": [{"message": {"content": "yes"}}], "usage": None}, 0.1)
    assert found == Reply("yes", latency_s=0.1)
    with pytest.raises(ModelRejected, match="no choices"):
        chat.reply(request(), {"choices": []}, 0.1)


def test_log_probabilities_of_the_first_token_are_asked_for_and_read() -> None:
    assert {name: chat.body(request(top_logprobs=5))[name] for name in ("logprobs", "top_logprobs")} == {
        "logprobs": True,
        "top_logprobs": 5,
    }
    entries = [{"token": token, "logprob": value} for token, value in (("a", -0.5), ("�", -2), ("�", -3))]
    told = {"content": [{"token": "a", "logprob": -0.5, "top_logprobs": entries}]}
    document = {"choices": [{"message": {"content": "a"}, "logprobs": told}]}
    assert chat.reply(request(), document, 0.1).logprobs == {"a": -0.5, "�": -2.0}


@pytest.mark.parametrize("told", [None, {"content": None}, {"content": []}, {"tokens": ["a"]}, {"content": [{}]}])
def test_other_forms_of_log_probabilities_are_none(told: object) -> None:
    document = {"choices": [{"message": {"content": "a"}, "logprobs": told}]}
    assert chat.reply(request(), document, 0.1).logprobs is None
