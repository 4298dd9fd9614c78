"""Eval cases on a real Dask cluster: a scheduler and two worker processes, of which one is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest

from registry.models import Limits
from tasks.evaluation.cluster import SETTING, connected
from tasks.evaluation.job import Job
from tasks.evaluation.runner import Run
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tests import scripted
from tests.polling import until
from tests.tasks.evaluation.test_runner import arm, case, run
from tests.world import world

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.scale, pytest.mark.timeout(600)]


class Made(NamedTuple):
    """A cluster: `calls` is where its workers note the model calls that they begin."""

    address: str
    workers: tuple[subprocess.Popen[bytes], ...]
    calls: Path

    def noted(self) -> list[tuple[int, str]]:
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [(int(pid), text) for pid, _, text in (line.partition(" ") for line in lines)]


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    calls = tmp_path / "calls.txt"
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": paths, "CALLS": str(calls), "TMPDIR": str(tmp_path)}

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{name}.log").open("ab") as log:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments]
            return subprocess.Popen(command, env=env, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT)

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    own = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", "tests.scale.dask_preload")
    workers = tuple(start("worker", f"tcp://127.0.0.1:{port}", *own) for _ in range(2))
    monkeypatch.setenv(SETTING, f"dask://127.0.0.1:{port}")
    try:
        yield Made(f"tcp://127.0.0.1:{port}", workers, calls)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


def wait_for_both(made: Made) -> None:
    with connected(made.address) as cluster:
        until(lambda: cluster.threads == 2, "two workers")


def test_a_killed_workers_part_is_run_by_the_other_and_its_finished_calls_are_not_repeated(
    cluster: Made, tmp_path: Path
) -> None:
    """One call at a time and worker, five cases a chunk: the victim dies in its third call."""
    wait_for_both(cluster)
    model = scripted.model(limits=Limits(concurrency=2))
    jobs = [Job(case(number), arm("candidate", model), 1) for number in range(40)]
    came: list[Run] = []
    asking = Thread(target=lambda: came.append(run(jobs, Gateway(cache=Cache(tmp_path / "cache")))))
    asking.start()
    victim = cluster.workers[0]
    until(lambda: [pid for pid, _ in cluster.noted()].count(victim.pid) == 3, "the third call of one worker")
    victim.send_signal(signal.SIGKILL)
    asking.join()
    (found,) = came
    assert (len(found.results), found.left, found.stopped) == (40, 0, None)
    assert {result.case_id for result in found.results} == {job.case.id for job in jobs}
    assert sum(result.from_cache for result in found.results) >= 2
    asked = Counter(text for _, text in cluster.noted())
    assert len(asked) == 40
    assert [count for count in asked.values() if count > 1] in ([], [2])


def test_a_release_asks_its_eval_cases_on_the_cluster(cluster: Made, tmp_path: Path) -> None:
    wait_for_both(cluster)
    with world(tmp_path / "world", {"v1": (40, 0)}) as here:
        done = here.release("v1")
        assert done is not None
        assert (done.promoted, here.live) == (True, "v1")
        assert here.driver.requests == []
    assert {pid for pid, _ in cluster.noted()} == {worker.pid for worker in cluster.workers}
