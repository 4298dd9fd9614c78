from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from registry.errors import ModelRejected, ModelUnavailable, RenderError
from registry.models import Limits, Model
from registry.runtime.drivers import Request
from tasks.evaluation.case import Case
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Arm, Job, interleaved
from tasks.evaluation.result import CaseResult
from tasks.evaluation.runner import Run
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tests import scripted

SET = EvalSet.model_validate(
    {
        "name": "echo",
        "prompt_use": "echo",
        "description": "d",
        "source": "s",
        "licence": "CC0-1.0",
        "subsets": {"full": {"split": "gate"}},
        "assertions": [
            {"type": "contains", "value": "case"},
            {"type": "not-contains", "value": "evil", "must-pass": True, "tag": "adversarial"},
        ],
    }
)
ONE_AT_A_TIME = Limits(concurrency=1)


def case(number: int, **more: Any) -> Case:
    variables = {"message": f"case {number}", "extra": "only for some versions"}
    return Case.model_validate({"id": f"c{number:02}", "split": "gate", "variables": variables, **more})


def arm(name: str, model: Model | None = None, template: str = "") -> Arm:
    model = model or scripted.model(limits=ONE_AT_A_TIME)
    return Arm(name, scripted.artifact(f"{template or name}: {{{{ message }}}}", answered_by=model), model)


def jobs(cases: int = 6, rounds: Iterable[int] = (1, 2), model: Model | None = None) -> list[Job]:
    arms = [arm("candidate", model), arm("live", model)]
    return list(interleaved([case(number) for number in range(cases)], arms, rounds))


def echo(messages: list[dict[str, str]]) -> str:
    return messages[-1]["content"]


def asked(request: Request) -> str:
    return str(request.messages[-1]["content"])


async def at_once(_: float) -> None:
    """Sleeps not at all."""


def run(some: Iterable[Job], gateway: Gateway | None = None, **options: Any) -> Run:
    return run_all(SET, some, gateway or Gateway(sleep=at_once), **{"test_id": "t", **options})


def places(results: Iterable[CaseResult]) -> Counter[tuple[str, str, int]]:
    return Counter((result.case_id, result.arm, result.round) for result in results)


def test_arms_of_a_case_are_side_by_side_and_take_turns() -> None:
    order = [(job.round, job.case.id, job.arm.name) for job in jobs(2)]
    assert order == [
        (1, "c00", "live"),
        (1, "c00", "candidate"),
        (1, "c01", "candidate"),
        (1, "c01", "live"),
        (2, "c00", "candidate"),
        (2, "c00", "live"),
        (2, "c01", "live"),
        (2, "c01", "candidate"),
    ]


def test_every_job_has_a_result_in_order() -> None:
    seen: list[CaseResult] = []
    with scripted.installed(echo) as driver:
        came = run(jobs(), on_result=seen.append)
    assert (came.left, came.stopped, len(came.results)) == (0, None, 24)
    assert seen == came.results
    said = [asked(request) for request in driver.requests]
    assert said[:3] == ["live: case 0", "candidate: case 0", "candidate: case 1"]
    assert set(places(came.results).values()) == {1}
    first = came.results[0]
    assert (first.score, first.output, first.latency_ms, first.refusal) == (1.0, "live: case 0", 100.0, False)
    assert (first.prompt_tokens, first.output_tokens, first.attempts) == (3, 3, 1)


def test_a_model_gets_no_more_calls_at_once_than_it_takes() -> None:
    with scripted.installed(echo, pause_s=0.001) as driver:
        run(jobs(model=scripted.model(limits=Limits(concurrency=3))))
    assert driver.most_at_once == 3


def test_a_slow_model_does_not_hold_up_another() -> None:
    models = [scripted.model(name, limits=ONE_AT_A_TIME) for name in ("a", "b")]
    arms = [arm("candidate", models[0]), arm("live", models[1])]
    with scripted.installed(echo, pause_s=0.001) as driver:
        run(interleaved([case(number) for number in range(4)], arms, [1]))
    assert driver.most_at_once == 2


def test_a_call_that_fails_is_unscored_and_never_zero() -> None:
    def say(messages: list[dict[str, str]]) -> str:
        if messages[-1]["content"] == "candidate: case 1":
            raise ModelUnavailable("down", expected="an answer", fix="Wait")
        return echo(messages)

    with scripted.installed(say) as driver:
        came = run(jobs(3, [1]))
    (missing,) = [result for result in came.results if result.status == "unscored"]
    assert (missing.case_id, missing.arm, missing.score, missing.output) == ("c01", "candidate", None, None)
    assert missing.attempts == 4
    assert str(missing.error).startswith("PS-E401 down")
    assert [finding.status for finding in missing.findings] == ["error"]
    assert (len(driver.requests), came.left, came.stopped) == (5 + 4, 0, None)


def test_adversarial_cases_and_must_pass_are_told_apart() -> None:
    cases = [case(1), case(2, tags=["adversarial"]), case(3, tags=["adversarial"])]
    with scripted.installed(lambda messages: echo(messages).replace("case 3", "evil case")):
        came = run(interleaved(cases, [arm("candidate")], [1]))
    told = {result.case_id: (result.adversarial, result.must_pass, result.score) for result in came.results}
    assert told == {"c01": (False, "none", 1), "c02": (True, True, 1), "c03": (True, False, 0)}


class Killed(BaseException):
    """What ends a process in the middle of a run."""


@pytest.mark.parametrize("at_once", [1, 4])
def test_a_killed_run_goes_on_without_repeating_a_finished_call(tmp_path: Path, at_once: int) -> None:
    model = scripted.model(limits=Limits(concurrency=at_once))
    finished: list[CaseResult] = []

    def die_at_nine(result: CaseResult) -> None:
        finished.append(result)
        if len(finished) == 9:
            raise Killed

    with scripted.installed(echo) as before, pytest.raises(Killed):
        run(jobs(model=model), Gateway(cache=Cache(tmp_path)), on_result=die_at_nine)
    with scripted.installed(echo) as after:
        came = run(jobs(model=model), Gateway(cache=Cache(tmp_path)))
    kept = [result for result in came.results if result.from_cache]
    assert (len(came.results), came.left) == (24, 0)
    assert len(kept) + len(after.requests) == 24
    assert len(kept) >= 9
    assert places(finished) <= places(kept)
    if at_once == 1:
        assert len(before.requests) + len(after.requests) == 24


def test_a_damaged_cache_entry_is_asked_again(tmp_path: Path) -> None:
    with scripted.installed(echo) as driver:
        run(jobs(), Gateway(cache=Cache(tmp_path)))
        next(tmp_path.rglob("*.json")).write_text("{", encoding="utf-8")
        came = run(jobs(), Gateway(cache=Cache(tmp_path)))
    assert len(driver.requests) == 25
    assert {result.score for result in came.results} == {1.0}


def test_another_test_shares_nothing(tmp_path: Path) -> None:
    with scripted.installed(echo) as driver:
        for test_id in ("t1", "t2", None, None):
            run(jobs(), Gateway(cache=Cache(tmp_path)), test_id=test_id)
    assert len(driver.requests) == 4 * 24


def test_a_spent_budget_stops_it_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with scripted.installed(echo) as driver:
        first = run(jobs(), Gateway(Budget(max_calls=10), Cache(tmp_path)))
        second = run(jobs(), Gateway(Budget(max_calls=14), Cache(tmp_path)))
    assert (len(first.results), first.left) == (10, 14)
    assert "all 10 calls are made" in str(first.stopped)
    assert (len(second.results), second.left, second.stopped) == (24, 0, None)
    assert len(driver.requests) == 24


@pytest.mark.parametrize("error", [ModelUnavailable, ModelRejected])
def test_an_endpoint_that_is_down_ends_the_run_early(error: type[ModelUnavailable | ModelRejected]) -> None:
    def say(_: list[dict[str, str]]) -> str:
        raise error("no", expected="an answer", fix="Wait")

    with scripted.installed(say):
        came = run(jobs(30))
    assert "20 calls in a row failed" in str(came.stopped)
    assert (len(came.results), came.left) == (20, 100)


def test_cases_a_provider_refuses_do_not_end_the_run() -> None:
    def say(messages: list[dict[str, str]]) -> str:
        if messages[-1]["content"] == "live: case 0":
            return "case"
        raise ModelRejected("content filter", expected="an answer", fix="Ask something else")

    with scripted.installed(say):
        came = run(jobs(30))
    assert (came.left, came.stopped) == (0, None)


def test_what_cannot_be_rendered_is_said_before_a_call_is_made() -> None:
    wrong = Arm("candidate", scripted.artifact("{{ city }}", variables={"city": {"type": "string"}}), scripted.model())
    some = interleaved([case(0), case(1)], [arm("live"), wrong], [1, 2])
    with (
        scripted.installed(echo) as driver,
        pytest.raises(RenderError, match=r"2 case\(s\).*'c00' for candidate.*'c01'"),
    ):
        run(some)
    assert not driver.requests


def test_nothing_to_do() -> None:
    assert run([]) == Run()
