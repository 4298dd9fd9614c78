"""CI kicks off releases on a real server with a real worker, and what it waits for dies.

A merge brings three prompts, one job each. One release is killed in its gate, and carried on by another attempt of the
job; that goes into the canary, where the server dies while the job waits.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.catalog import Catalog
from tests.e2e.conftest import BETTER, MERGED
from tests.polling import until
from tests.repository import Repository
from tests.served import RUN_S, Served
from tests.world import CHECKOUT

pytestmark = [pytest.mark.e2e, pytest.mark.prefect, pytest.mark.timeout(600)]

SCRIPT = CHECKOUT / "deployments/ci/promptship-ci.sh"
STUCK = "quality 81 broken 0: <message>\nbike of case 77\n"
LOOKS = 3


@dataclass(frozen=True)
class Job:
    """One run of CI's script."""

    process: subprocess.Popen[bytes]
    out: Path

    @property
    def log(self) -> str:
        return self.out.read_text()

    def run(self) -> str:
        """The id of the flow run that it waits for."""
        return until(lambda: re.search("/runs/flow-run/([0-9a-f-]{36})", self.log), "a flow run", RUN_S)[1]

    def code(self) -> int:
        until(lambda: self.process.poll() is not None, "the end of the job", RUN_S)
        return self.process.returncode


@dataclass(frozen=True)
class Merge:
    """A checkout whose newest commit brings the newest version of one prompt."""

    here: Served
    repository: Repository
    jobs: ExitStack

    @classmethod
    def of(cls, here: Served, folder: Path, prompt: str, jobs: ExitStack) -> Merge:
        for name in ("registry", "evalsets"):
            shutil.copytree(getattr(here.roots, name), folder / name)
        (folder / "promptship.yaml").write_text("")
        made = cls(here, Repository.init(folder), jobs)
        new = folder / "registry/prompts" / prompt / f"{max(MERGED[prompt])}.yaml"
        text = new.read_text()
        new.unlink()
        made.commit("before")
        new.write_text(text)
        made.commit("merged")
        return made

    def commit(self, message: str) -> None:
        registry = self.repository.folder / "registry"
        (registry / "registry.lock").unlink()
        Catalog(registry).lock_all()
        self.repository.commit(message)

    def job(self, attempt: int, until: str = "shadow") -> Job:
        folder = self.repository.folder
        environ = {
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
            "HOME": str(folder),
            "GITHUB_RUN_ATTEMPT": str(attempt),
            "PREFECT_API_URL": f"{self.here.url}/api",
            "PROMPTSHIP_CI_ENVIRONMENT": "demo",
            "PROMPTSHIP_CI_UNTIL": until,
        }
        out = folder / f"job-{attempt}.log"
        with out.open("wb") as log:
            command = ["sh", str(SCRIPT), "release"]
            process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log, start_new_session=True)
        self.jobs.callback(_end, process)
        return Job(process, out)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def merges(here: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Merge]]:
    here.change(approval="{low: []}", dwell="{low: 200ms}", lease="600s", deadline="{canary: 1h}")
    with ExitStack() as jobs:
        jobs.callback(here.model.let_go)
        yield {prompt: Merge.of(here, tmp_path_factory.mktemp(prompt), prompt, jobs) for prompt in MERGED}


def answered(here: Served) -> Counter[str]:
    """How often the model answered each eval case of BETTER."""
    mine = tuple(f"quality {quality} " for quality, _ in MERGED[BETTER].values())
    return Counter(case for case in here.model.cases if case.startswith(mine))


def test_ci_ends_with_the_verdict_of_each(here: Served, merges: dict[str, Merge]) -> None:
    # given a model that hangs in the gate of one prompt
    here.model.hang(STUCK)
    # when three are merged at once
    jobs = {prompt: merge.job(1) for prompt, merge in merges.items()}
    hanging = jobs.pop(BETTER)
    until(lambda: here.model.hanging, "the gate", RUN_S)
    # and the one that hangs once more
    second = merges[BETTER].job(2)
    # then two end with their verdicts
    codes = {prompt: job.code() for prompt, job in jobs.items()}
    assert codes == {"parcel-worse": 1, "parcel-unsure": 2}, [job.log for job in jobs.values()]
    # and the second release of the one that hangs is refused
    assert second.code() == 3, second.log
    assert f"release:demo/{BETTER} is held by" in second.log
    # when the process of that one is killed, then its job ends with an error
    before = answered(here)
    os.kill(int(here.ask(f"flow_runs/{hanging.run()}")["infrastructure_pid"]), signal.SIGKILL)
    assert hanging.code() == 3, hanging.log
    here.model.let_go()
    # and the next attempt passes, without asking the model again for what it had answered
    again = merges[BETTER].job(3)
    assert again.code() == 0, again.log
    after = answered(here)
    assert {case: after[case] for case in before} == before
    assert any(STUCK in case for case in after - before)


def test_a_server_that_dies_is_waited_for_and_the_canary_stays_guarded(here: Served, merges: dict[str, Merge]) -> None:
    # given a canary that nobody uses yet
    here.closed.set()
    job = merges[BETTER].job(4, until="")
    until(lambda: here.route(BETTER).canary, "the canary", RUN_S)
    asked = answered(here)
    with here.unattended():
        # when the server dies, and nobody starts it again
        dead = here.kill("server")
        # then the canary is watched
        before = here.looks
        here.closed.clear()
        until(lambda: here.looks >= before + LOOKS, f"{LOOKS} looks")
    # and when it is there again, the job ends with what came of it
    here.replaced("server", dead)
    assert job.code() == 0, job.log
    assert here.route(BETTER).live.version == "v2"
    assert here.end(job.run(), "Promoted")
    assert answered(here) == asked


def test_a_scheduled_run_appears_and_runs(here: Served) -> None:
    ingest = here.ask("deployments/name/ingest-traces/ingest-traces")["id"]
    here.ask(f"deployments/{ingest}/schedules", [{"active": True, "schedule": {"interval": 10}}])
    here.ask(f"deployments/{ingest}/resume_deployment", {})
    by_the_clock = {"deployment_id": {"any_": [ingest]}, "tags": {"all_": ["auto-scheduled"]}}
    begun = {"flow_runs": {**by_the_clock, "state": {"type": {"any_": ["RUNNING", "COMPLETED"]}}}}
    run = until(lambda: here.ask("flow_runs/filter", begun), "a run by the clock", RUN_S)[0]["id"]
    here.ask(f"deployments/{ingest}/pause_deployment", {})
    until(lambda: here.ask(f"flow_runs/{run}")["state_type"] == "COMPLETED", "its end", RUN_S)
