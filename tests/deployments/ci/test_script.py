"""The script in processes of its own: a git repository, a model behind an endpoint, and GitHub's `gh` as a stub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from registry.catalog import Catalog
from tests.prefect_api import api
from tests.repository import Repository
from tests.world import PROMPT, add_version, make_evalsets, make_registry, say

SCRIPT = Path(__file__).parents[3] / "deployments" / "ci" / "promptship-ci.sh"
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$*" in *--paginate*) cat "$GH_KNOWN" 2>/dev/null || true ;; esac
"""


@dataclass
class Endpoint(ThreadingHTTPServer):
    """Speaks the OpenAI API and answers as the world's model does; `calls` were made with these keys."""

    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.calls.append(self.headers["authorization"])
        message = {"role": "assistant", "content": say(asked["messages"])}
        usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
        body = {"model": asked["model"], "choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
        said = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Job:
    """A checkout on a branch, and the environment of a CI job in it."""

    repository: Repository
    environ: Mapping[str, str]

    def run(self, command: str, **more: str) -> subprocess.CompletedProcess[str]:
        shell = ["sh", str(SCRIPT), command]
        environ = {**self.environ, **more}
        return subprocess.run(shell, cwd=self.repository.folder, env=environ, capture_output=True, text=True)

    def add(self, version: str, quality: int) -> None:
        registry = self.repository.folder / "registry"
        add_version(registry, version, quality, 0)
        Catalog(registry).lock_all()
        self.repository.commit(version)

    def text(self, name: str) -> str:
        return (self.repository.folder / name).read_text()


@pytest.fixture
def job(tmp_path: Path, endpoint: Endpoint) -> Job:
    folder, tools = tmp_path / "team", tmp_path / "tools"
    registry = make_registry(folder / "registry", {"v1": (40, 0)})
    make_evalsets(folder / "evalsets")
    (folder / "promptship.yaml").write_text("")
    models = yaml.safe_load((registry / "models.yaml").read_text())
    url = f"http://127.0.0.1:{endpoint.server_address[1]}/v1"
    models["parrot"]["reach"] = {"driver": "openai", "endpoint": url, "key_variable": "PARROT_KEY"}
    (registry / "models.yaml").write_text(yaml.safe_dump(models))
    repository = Repository.init(folder)
    repository.git("update-ref", "refs/remotes/origin/main", repository.commit("main"))
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    environ = {
        "PATH": os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(tmp_path),
        "GITHUB_BASE_REF": "main",
        "GITHUB_REF": "refs/pull/12/merge",
        "GITHUB_REPOSITORY": "team/prompts",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GH_LOG": str(tmp_path / "gh.log"),
        "GH_KNOWN": str(tmp_path / "known"),
        "PROMPTSHIP_CI_COMMENT": "true",
    }
    return Job(repository, environ)


def test_pushes_of_a_pull_request(job: Job, endpoint: Endpoint, tmp_path: Path) -> None:
    job.add("v2", 45)
    first = job.run("check", PARROT_KEY="k-1")
    assert (first.returncode, len(endpoint.calls), set(endpoint.calls)) == (0, 60, {"Bearer k-1"}), first.stderr
    assert (tmp_path / "summary.md").read_text() == job.text("promptship-ci/comment.md")
    assert json.loads(job.text(".promptship/cache/ci/spent.json"))["12"] > 0

    (tmp_path / "known").write_text("7001\n7002\n")
    job.add("v3", 1)
    fork = job.run("check", PARROT_KEY="")
    assert (fork.returncode, len(endpoint.calls)) == (0, 60), fork.stderr
    told = json.loads(job.text("promptship-ci/check.json"))
    assert [one["verdict"] for one in told["versions"]] == ["pass", "inconclusive"]
    assert told["versions"][0]["trial"]["reused"]
    assert "PARROT_KEY is not set" in told["versions"][1]["not_tried"]

    again = job.run("check", PARROT_KEY="k-1")
    assert (again.returncode, len(endpoint.calls)) == (1, 120), again.stderr
    assert "rejected" in job.text("promptship-ci/comment.md")
    calls = (tmp_path / "gh.log").read_text().splitlines()
    comments = "repos/team/prompts/issues"
    assert [call.split()[:3] for call in calls[1::2]] == [
        ["api", "--silent", f"{comments}/12/comments"], ["api", "--silent", "-X"], ["api", "--silent", "-X"],
    ]  # fmt: skip
    assert f"PATCH {comments}/comments/7001 -F body=@promptship-ci/comment.md" in calls[3]


def test_a_merge_is_released_through_the_server(job: Job) -> None:
    before = job.repository.git("rev-parse", "HEAD")
    job.add("v2", 45)
    with api() as fake:
        fake.states[f"{PROMPT}@v2"] = [("FAILED", "Held")]
        said = job.run("release", PREFECT_API_URL=fake.url, PROMPTSHIP_CI_BASE=before, PROMPTSHIP_CI_UNTIL="shadow")
        (key,) = fake.runs
    assert (said.returncode, said.stdout.splitlines()[0]) == (2, "inconclusive: it is Held"), said.stderr
    assert key == f"promptship ci {job.repository.git('rev-parse', 'HEAD')} {PROMPT}@v2 production shadow 1"


def test_wrong_usage_and_a_base_that_there_is_not(job: Job) -> None:
    assert job.run("nonsense").returncode == 64
    said = job.run("check", PROMPTSHIP_CI_BASE="origin/nothing")
    assert said.returncode == 3
    assert "fetch-depth" in said.stderr
