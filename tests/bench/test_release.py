"""`make bench`: a release through a real Prefect server and worker, and many eval cases beside few.

The model answers at once in both. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deployments.cli.walk import walk
from tasks.ledger import stage_result
from tasks.release.orders import ReleaseOrder
from tests.bench.test_runner_speed import endpoint
from tests.places import places
from tests.polling import until
from tests.served import Served, furnished, reach, ready, served
from tests.world import PROMPT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

HISTORY = 80
FEW, MANY = 10, 1000


@pytest.mark.prefect
def test_a_release_through_prefect(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with served(furnished(tmp_path, {"v1": (40, 0), "v2": (80, 0)})) as here:
        walk(here.workspace, ReleaseOrder(version=f"{PROMPT}@v1", environment="demo", by="test"), lambda _: None)
        ready(here)
        until(lambda: len(here.answered) >= HISTORY, f"{HISTORY} answers")
        asked = {"order": {"version": f"{PROMPT}@v2", "environment": "demo"}}
        deployment = here.ask("deployments/name/release/release")["id"]
        began, wall, load = datetime.now(UTC), time.perf_counter(), os.getloadavg()[0]
        run = here.ask(f"deployments/{deployment}/create_flow_run", {"parameters": asked})["id"]
        here.end(run, "Promoted")
        wall = time.perf_counter() - wall
        course = _course(here, run, began)
    with capfd.disabled():
        sys.stdout.write(f"\na release through Prefect: {wall:.1f} s (goal 20 s), load {load:.1f}; {course}\n")


def _course(here: Served, run: str, began: datetime) -> str:
    """When its process said its first word, and when each stage had ended, in seconds."""
    started = datetime.fromisoformat(here.ask(f"flow_runs/{run}")["start_time"])
    (release,) = here.workspace.store.rows("SELECT release_id FROM release WHERE to_version = 'v2'")
    ends = [(one.stage, one.ended_at) for one in stage_result.of_release(here.workspace.store, release["release_id"])]
    return ", ".join(f"{what} {(at - began).total_seconds():.1f}" for what, at in [("started", started), *ends])


def test_many_cases_beside_few(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    roots = furnished(tmp_path, {"v1": (40, 0)})
    _grow(roots.evalsets / PROMPT / "cases.jsonl")
    with endpoint(0) as url:
        reach(roots.registry / "models.yaml", url)
        took = {cases: [_run(cases, os.environ | places(roots)) for _ in range(3)] for cases in (FEW, MANY)}
    few, many = ([min(column) for column in zip(*took[cases], strict=True)] for cases in (FEW, MANY))
    with capfd.disabled():
        told = f"{many[0] - few[0]:.1f} s more (goal 2 s), of CPU {many[1] - few[1]:.1f} s more"
        sys.stdout.write(
            f"\n{FEW} eval cases: {few[0]:.1f} s; {MANY}: {many[0]:.1f} s, {told}; load {os.getloadavg()[0]:.1f}\n"
        )


def _grow(cases: Path) -> None:
    """MANY more dev cases."""
    lines = cases.read_text().splitlines(keepends=True)
    first = json.loads(lines[0])
    more = [first | {"id": f"m{n}", "variables": {"message": f"lamp of case m{n}"}} for n in range(MANY)]
    cases.write_text("".join([*lines, *(json.dumps(row) + "\n" for row in more)]))


def _run(cases: int, environ: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of wall time and of CPU of `promptship eval run`; no answer is kept from before."""
    command = [sys.executable, "-m", "deployments.cli.main", "eval", "run", PROMPT, "v1", "--alone", "--fresh"]
    began, cpu = time.perf_counter(), _children_cpu()
    done = subprocess.run([*command, "--limit", str(cases), "--json"], env=environ, capture_output=True, text=True)
    took = time.perf_counter() - began, _children_cpu() - cpu
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["calls"] == cases
    return took


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
