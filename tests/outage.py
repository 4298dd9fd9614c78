"""A model that is out of reach for some eval cases, and says that it will be for long: nobody waits for it."""

from __future__ import annotations

from collections.abc import Container
from re import search

from registry.errors import ModelUnavailable
from registry.runtime.drivers import Reply
from tests.scripted import Say
from tests.world import say


def without(lost: Container[int]) -> Say:
    """Answers as the world's model does, but never these cases."""

    def answer(messages: list[dict[str, str]]) -> str | Reply:
        case = search(r"of case (\d+)", messages[-1]["content"])
        if case is not None and int(case[1]) in lost:
            raise unavailable()
        return say(messages)

    return answer


def unavailable() -> ModelUnavailable:
    error = ModelUnavailable("overloaded", expected="an answer", fix="Wait")
    error.retry_after_s = 3600.0
    return error
