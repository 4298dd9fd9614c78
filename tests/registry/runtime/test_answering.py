from __future__ import annotations

import asyncio

import pytest

from registry.errors import ModelRejected, ModelUnavailable
from registry.models import Model
from registry.runtime.answering import Answered, Patience, answering, arun, run
from registry.runtime.artifact_file import Artifact
from registry.runtime.drivers import Reply, Request
from registry.runtime.drivers.failure import rejected, unavailable
from tests.registry.runtime.conftest import Scripted, artifact, model

PATIENCE = Patience(retries=2, backoff_s=0.0)


def model_of(identity: dict[str, str | None]) -> Model:
    return model(str(identity["model"]))


def ask(found: Artifact, patience: Patience = PATIENCE) -> Answered:
    return run(answering(found, found.render(message="hi"), model_of, patience))


def by_plan(driver: Scripted, plan: dict[str, list[str]]) -> None:
    """For each model, what its calls do one after the other."""

    def script(request: Request) -> Reply:
        what = plan[request.model.model].pop(0)
        if what == "down":
            raise unavailable(request.model, "busy")
        if what == "no":
            raise rejected(request.model, "bad request", fix="Correct it")
        return Reply(what)

    driver.script = script


@pytest.mark.parametrize(
    ("plan", "text", "attempts", "fallback"),
    [
        ({"one": ["yes"]}, "yes", 1, False),
        ({"one": ["down", "down", "yes"]}, "yes", 3, False),
        ({"one": ["no"], "two": ["yes"]}, "yes", 2, True),
        ({"one": ["down", "down", "down"], "two": ["down", "yes"]}, "yes", 5, True),
    ],
)
def test_answers(scripted: Scripted, plan: dict[str, list[str]], text: str, attempts: int, fallback: bool) -> None:
    by_plan(scripted, plan)
    found = ask(artifact(models=("one", "two")))
    assert found.reply is not None
    assert (found.reply.text, found.error) == (text, None)
    assert (found.attempts, found.fallback) == (attempts, fallback)
    assert found.identity == model("two" if fallback else "one").identity


@pytest.mark.parametrize(
    ("plan", "kind", "attempts"),
    [
        ({"one": ["no"], "two": ["no"]}, ModelRejected, 2),
        ({"one": ["no"], "two": ["down"] * 3}, ModelUnavailable, 4),
    ],
)
def test_the_last_error_stands(
    scripted: Scripted, plan: dict[str, list[str]], kind: type[Exception], attempts: int
) -> None:
    by_plan(scripted, plan)
    found = ask(artifact(models=("one", "two")))
    assert found.reply is None
    assert isinstance(found.error, kind)
    assert (found.attempts, found.fallback) == (attempts, False)


def test_asynchronous_callers_get_the_same(scripted: Scripted) -> None:
    by_plan(scripted, {"one": ["down", "yes"]})
    found = asyncio.run(arun(answering(artifact(), artifact().render(message="hi"), model_of, PATIENCE)))
    assert found.reply == Reply("yes")
    assert found.attempts == 2


def test_what_is_asked(scripted: Scripted) -> None:
    found = artifact(tools=[{"name": "look_up", "description": "", "parameters": {}}])
    ask(found)
    request = scripted.asked[0]
    assert request.messages == found.render(message="hi")
    assert (request.model, request.behavior, request.decoding) == (model(), found.behavior, found.decoding)
    assert [tool.name for tool in request.tools] == ["look_up"]


@pytest.mark.parametrize(("wish", "low", "high"), [(3.0, 3.0, 3.0), (600.0, 5.0, 5.0), (None, 0.0, 0.8)])
def test_waits(wish: float | None, low: float, high: float) -> None:
    error = unavailable(model(), "busy", wish)
    assert low <= Patience().wait_s(error, 2) <= high
