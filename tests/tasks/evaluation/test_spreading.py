from __future__ import annotations

from pathlib import Path

import pytest

from registry.errors import RenderError, SettingsError
from registry.models import Limits
from tasks.evaluation.cluster import SETTING, scheduler
from tasks.evaluation.result import CaseResult
from tasks.evaluation.spreading import chunked, narrow, parts_of
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tests import inline_cluster, scripted

from .test_runner import arm, case, echo, jobs, run


@pytest.fixture
def spread_out(monkeypatch: pytest.MonkeyPatch) -> None:
    inline_cluster.installed(monkeypatch)


@pytest.mark.parametrize(
    ("said", "address"), [("", None), ("threads", None), ("dask://scheduler.local:8786", "tcp://scheduler.local:8786")]
)
def test_the_setting(said: str, address: str | None) -> None:
    assert scheduler({SETTING: said}) == address


@pytest.mark.parametrize("said", ["dask", "dask://host", "dask://:1", "tcp://host:1", "processes"])
def test_a_setting_that_is_not_known(said: str) -> None:
    with pytest.raises(SettingsError, match=SETTING):
        scheduler({SETTING: said})


def test_chunks_keep_the_jobs_of_a_case_together_in_their_order() -> None:
    asked = jobs(cases=10)
    chunks = chunked(asked, threads=1)
    assert [len({job.case.id for job in chunk}) for chunk in chunks] == [3, 3, 3, 1]
    assert sorted(map(str, asked)) == sorted(str(job) for chunk in chunks for job in chunk)
    assert len(chunked(jobs(cases=1000, rounds=(1,)), threads=1)) == 40


@pytest.mark.parametrize(
    ("budget", "calls", "usd"),
    [
        (Budget(), [None] * 3, [None] * 3),
        (Budget(max_calls=11, calls=1), [4, 3, 3], [None] * 3),
        (Budget(max_usd=1.0, usd=0.4), [None] * 3, pytest.approx([0.2] * 3)),
        (Budget(max_calls=1, calls=2), [0, 0, 0], [None] * 3),
    ],
)
def test_parts_add_up_to_what_is_left(budget: Budget, calls: list[int | None], usd: object) -> None:
    parts = parts_of(budget, 3)
    assert [part.max_calls for part in parts] == calls
    assert [part.max_usd for part in parts] == usd


def test_limits_are_those_of_the_cluster() -> None:
    limited = arm("a", scripted.model(limits=Limits(concurrency=8, requests_per_minute=3)))
    limits = narrow(limited, 4).model.limits
    assert (limits.concurrency, limits.requests_per_minute, limits.tokens_per_minute) == (2, 1, None)
    assert narrow(arm("b", scripted.model()), 100).model.limits.concurrency == 1


@pytest.mark.usefixtures("spread_out")
def test_the_results_are_those_of_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[CaseResult] = []
    door = Gateway()
    with scripted.installed(echo):
        there = run(jobs(), door, on_result=heard.append)
        monkeypatch.delenv(SETTING)
        here = run(jobs(), Gateway())
    assert heard == there.results
    assert sorted(map(str, there.results)) == sorted(map(str, here.results))
    assert (door.budget.calls, there.left, there.stopped) == (24, 0, None)


@pytest.mark.usefixtures("spread_out")
@pytest.mark.parametrize(("allowed", "left"), [(24, 0), (10, 14), (0, 24)])
def test_the_budget_is_spent_to_the_last_call_and_no_further(allowed: int, left: int) -> None:
    door = Gateway(Budget(max_calls=allowed))
    with scripted.installed(echo) as driver:
        came = run(jobs(), door)
    assert len(driver.requests) == door.budget.calls == len(came.results) == allowed
    assert (came.left, came.stopped is None) == (left, left == 0)


@pytest.mark.usefixtures("spread_out")
def test_finished_calls_come_from_the_cache(tmp_path: Path) -> None:
    with scripted.installed(echo) as driver:
        run(jobs(cases=3), Gateway(cache=Cache(tmp_path)))
        again = run(jobs(cases=6), Gateway(Budget(max_calls=12), cache=Cache(tmp_path)))
    assert (len(driver.requests), again.left) == (24, 0)
    assert sum(result.from_cache for result in again.results) == 12


@pytest.mark.usefixtures("spread_out")
def test_what_cannot_be_rendered_is_told_before_the_first_call() -> None:
    with scripted.installed(echo) as driver, pytest.raises(RenderError):
        run([*jobs(), *jobs(cases=1)[:1], *(job._replace(case=case(7, variables={})) for job in jobs(cases=1))])
    assert driver.requests == []
