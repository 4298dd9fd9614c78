"""`make bench`: what running a case costs, against an endpoint of constant latency, 64 calls at once.

A case is the whole way: rendered, called, kept in the cache, its schema and two assertions judged. Start-up is apart:
the driver is warm. The floor is the same number of calls by aiohttp alone. Nothing here asserts a time.
"""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import pytest

from registry.models import Limits, Model, Price, Reach
from registry.runtime import drivers
from tasks.evaluation.case import Case
from tasks.evaluation.evalset_file import EvalSet
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Arm, interleaved
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tests import scripted

pytestmark = pytest.mark.bench

AT_ONCE = 64
CASES = 1024
GOALS_MS = {"openai": 1.0, "litellm": 6.0}
SCHEMA = {"type": "object", "required": ["product"], "properties": {"product": {"type": "string"}}}
EVALSET: dict[str, Any] = {
    "name": "s", "prompt_use": "u", "description": "d", "source": "s", "licence": "CC0-1.0",
    "subsets": {"fast": {"split": "dev"}},
    "assertions": [{"type": "equals", "path": "product", "expected": "product"}, {"type": "not-is-refusal"}],
}  # fmt: skip


class Cost(NamedTuple):
    """A case: CPU milliseconds of this process; `wall_s` of the whole run."""

    cpu_ms: float
    wall_s: float


@contextmanager
def endpoint(latency_s: float) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("constant.py")), str(latency_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        process.communicate()


def timed(work: Callable[[], None]) -> Cost:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Cost((time.process_time() - cpu) / CASES * 1000, time.perf_counter() - wall)


def floor(url: str) -> None:
    """The calls alone: aiohttp, a queue of workers, the answer parsed."""

    async def work(session: aiohttp.ClientSession, left: Iterator[int]) -> None:
        for number in left:
            body = {"model": "constant", "messages": [{"role": "user", "content": f"lamp {number}"}]}
            async with session.post(f"{url}/chat/completions", json=body) as answer:
                await answer.json()

    async def together() -> None:
        left = iter(range(CASES))
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(work(session, left) for _ in range(AT_ONCE)))

    asyncio.run(together())


def prepared(url: str, driver: str, cache: Path, cases: int = CASES) -> Callable[[], None]:
    """A run, up to its start."""
    price = Price(input_per_million=1, output_per_million=1)
    reach = Reach(driver=driver, endpoint=url, key_variable="BENCH_KEY")
    model = Model(provider="openai", model="constant", reach=reach, price=price, limits=Limits(concurrency=AT_ONCE))
    arm = Arm("v1", scripted.artifact(answered_by=model, output={"format": "json", "schema": SCHEMA}), model)
    jobs = list(interleaved([case(number) for number in range(cases)], [arm], [1]))
    evalset, test = EvalSet.model_validate(EVALSET), str(time.perf_counter_ns())

    def work() -> None:
        ran = run_all(evalset, jobs, Gateway(cache=Cache(cache)), test_id=test)
        assert [result.score for result in ran.results] == [1.0] * cases

    return work


def case(number: int) -> Case:
    told = {"variables": {"message": f"lamp {number}"}, "expected": {"product": "lamp"}}
    return Case.model_validate({"id": f"c{number}", "split": "dev", **told})


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BENCH_KEY", "none")
    yield
    drivers.close_all()


@pytest.mark.parametrize("driver", ["openai", "litellm"])
def test_a_case_beside_the_bare_call(driver: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with endpoint(0.02) as url:
        prepared(url, driver, tmp_path, AT_ONCE)()
        runs = [(timed(prepared(url, driver, tmp_path)), timed(lambda: floor(url))) for _ in range(3)]
    mine, bare = min(run[0] for run in runs), min(run[1] for run in runs)
    with capfd.disabled():
        sizes = f"{mine.cpu_ms:.2f} ms of CPU, {CASES / mine.wall_s:,.0f} cases/s (goal {GOALS_MS[driver]:.1f} ms)"
        sys.stdout.write(f"\na case by {driver}: {sizes}; aiohttp alone {bare.cpu_ms:.2f} ms\n")


def test_waves_beside_the_ideal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    latency_s = 0.5
    with endpoint(latency_s) as url:
        prepared(url, "openai", tmp_path, AT_ONCE)()
        runs = [(timed(prepared(url, "openai", tmp_path)), timed(lambda: floor(url))) for _ in range(2)]
    mine, bare = (min(run[side].wall_s for run in runs) for side in (0, 1))
    ideal_s = math.ceil(CASES / AT_ONCE) * latency_s
    with capfd.disabled():
        ratios = f"ratio {mine / ideal_s:.2f} (goal 1.1), of aiohttp alone {bare / ideal_s:.2f}"
        sys.stdout.write(f"\n{CASES} cases of {latency_s} s: {mine:.2f} s; ideal waves {ideal_s:.1f} s; {ratios}\n")
