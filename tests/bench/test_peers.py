"""`make bench`: the same work by promptfoo and by inspect_ai, where their commands are installed, 64 calls at once.

Each is a process of its own, taken turn about, with few cases and with many: the difference is what cases cost, and
start-up is apart. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench.test_runner_speed import AT_ONCE, endpoint

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

FEW, MANY, TURNS = 64, 1024, 3
TASK = """
from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import generate

@task
def lamps(cases: int) -> Task:
    samples = [Sample(input=f"lamp {number}", target="lamp") for number in range(cases)]
    return Task(dataset=MemoryDataset(samples), solver=generate(), scorer=includes())
"""
OURS = """
import sys
from pathlib import Path
from tests.bench.test_runner_speed import prepared
prepared(sys.argv[1], "openai", Path(sys.argv[2]) / "cache", int(sys.argv[3]))()
"""

Command = Callable[[str, Path, int], list[str]]
"""The endpoint, a folder of its own, how many cases."""


class Spent(NamedTuple):
    """Seconds."""

    cpu: float
    wall: float


def ours(url: str, folder: Path, cases: int) -> list[str]:
    return [sys.executable, "-c", OURS, url, str(folder), str(cases)]


def promptfoo(url: str, folder: Path, cases: int) -> list[str]:
    asked = [{"type": "is-json"}, {"type": "contains", "value": "lamp"}]
    config = {
        "prompts": ["lamp {{number}}"],
        "providers": [{"id": "openai:chat:constant", "config": {"apiBaseUrl": url}}],
        "tests": [{"vars": {"number": number}, "assert": asked} for number in range(cases)],
    }
    path = folder / "promptfooconfig.json"
    path.write_text(json.dumps(config))
    quiet = ["--no-cache", "--no-write", "--no-table", "--no-progress-bar"]
    return ["promptfoo", "eval", "--config", str(path), "--max-concurrency", str(AT_ONCE), *quiet]


def inspect_ai(url: str, folder: Path, cases: int) -> list[str]:
    path = folder / "lamps.py"
    path.write_text(TASK)
    model = ["--model", "openai/constant", "--model-base-url", url]
    quiet = ["--display", "none", "--log-dir", str(folder / "logs")]
    return ["inspect", "eval", str(path), "-T", f"cases={cases}", *model, "--max-connections", str(AT_ONCE), *quiet]


PEERS: Mapping[str, tuple[str, Command]] = {
    "promptfoo": ("promptfoo", promptfoo),
    "inspect_ai": ("inspect", inspect_ai),
}


def spent(command: list[str], folder: Path) -> Spent:
    offline = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1", "PROMPTFOO_CONFIG_DIR": str(folder)}
    keys = {"BENCH_KEY": "none", "OPENAI_API_KEY": "none"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **offline, **keys}, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def a_case(command: Command, url: str, folder: Path) -> tuple[float, float]:
    """CPU milliseconds a case without start-up, and the seconds of start-up."""
    folder.mkdir(parents=True)
    few, many = (spent(command(url, folder, cases), folder) for cases in (FEW, MANY))
    return (many.cpu - few.cpu) / (MANY - FEW) * 1000, few.cpu


@pytest.mark.parametrize("name", PEERS)
def test_a_case_beside_a_peer(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program, peer = PEERS[name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    with endpoint(0.02) as url:
        turns = [
            [a_case(command, url, tmp_path / f"{turn}-{who}") for who, command in (("ours", ours), (name, peer))]
            for turn in range(TURNS)
        ]
    mine, theirs = (min(turn[side] for turn in turns) for side in (0, 1))
    with capfd.disabled():
        told = f"{mine[0]:.2f} ms of CPU, {name} {theirs[0]:.2f} ms; start-up {mine[1]:.1f} s, {name} {theirs[1]:.1f} s"
        sys.stdout.write(f"\na case: {told}\n")
