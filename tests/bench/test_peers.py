"""`make bench`: the same work by promptfoo and by inspect_ai, where `peers` finds them, 64 calls at once.

Each is a process of its own, taken turn about, with few cases and with many: the difference is what cases cost, and
start-up is apart. The best of the turns counts, so that the bytecode of all is compiled. Nothing here asserts a time.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.bench import peers
from tests.bench.test_runner_speed import AT_ONCE, endpoint

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
FEW, MANY = 64, 1024
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
sys.path.insert(0, sys.argv[4])
from tests.bench.test_runner_speed import prepared
prepared(sys.argv[1], "openai", Path(sys.argv[2]) / "cache", int(sys.argv[3]))()
"""

Command = Callable[[str, Path, int], list[str]]
"""The endpoint, a folder of its own, how many cases."""


class Spent(NamedTuple):
    """Seconds of one process."""

    cpu: float
    wall: float


def ours(url: str, folder: Path, cases: int) -> list[str]:
    return [sys.executable, "-c", OURS, url, str(folder), str(cases), str(ROOT)]


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
    return [str(peers.found("promptfoo")), "eval", "--config", str(path), "--max-concurrency", str(AT_ONCE), *quiet]


def inspect_ai(url: str, folder: Path, cases: int) -> list[str]:
    path = folder / "lamps.py"
    path.write_text(TASK)
    model = ["--model", "openai/constant", "-M", "responses_api=false", "--model-base-url", url]
    asked = ["-T", f"cases={cases}", *model]
    quiet = ["--display", "none", "--log-dir", str(folder / "logs")]
    program = str(peers.found("inspect_ai"))
    return [program, "eval", path.name, *asked, "--max-connections", str(AT_ONCE), *quiet]


PEERS: Mapping[str, Command] = {"promptfoo": promptfoo, "inspect_ai": inspect_ai}


def spent(command: list[str], folder: Path) -> Spent:
    # Without the last two it now and then writes to a log that it has closed, and ends with 1.
    left_out = ("TELEMETRY", "UPDATE", "DEBUG_LOG", "ERROR_LOG")
    offline = {f"PROMPTFOO_DISABLE_{name}": "1" for name in left_out} | {"PROMPTFOO_CONFIG_DIR": str(folder)}
    keys = {"BENCH_KEY": "none", "OPENAI_API_KEY": "none"}
    env = {**os.environ, **offline, **keys}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def turn(command: Command, url: str, folder: Path) -> tuple[Spent, Spent]:
    """With few cases and with many, each of them asked once."""
    folder.mkdir(parents=True)
    before = answered(url)
    few, many = (spent(command(url, folder, cases), folder) for cases in (FEW, MANY))
    assert answered(url) - before == FEW + MANY
    return few, many


def answered(url: str) -> int:
    with urllib.request.urlopen(f"{url}/answered") as answer:
        return int(answer.read())


def cost(turns: Sequence[tuple[Spent, Spent]]) -> str:
    """Of each number the best turn."""
    cases = MANY - FEW
    few, many = (Spent(min(one.cpu for one in of), min(one.wall for one in of)) for of in zip(*turns, strict=True))
    each, wall = (many.cpu - few.cpu) / cases, many.wall - few.wall
    start = f"start-up {few.cpu - FEW * each:.1f} s of CPU"
    return f"{each * 1000:.2f} ms of CPU a case, {cases / wall:,.0f} cases/s, {wall:.1f} s; {start}"


@pytest.mark.parametrize(("latency_s", "turns"), [(0.02, 2), (0.5, 1)])
@pytest.mark.parametrize("name", PEERS)
def test_a_case_beside_a_peer(
    name: str, latency_s: float, turns: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    peers.found(name)
    sides: dict[str, Command] = {"ours": ours, name: PEERS[name]}
    with endpoint(latency_s) as url:
        taken = [
            {who: turn(command, url, tmp_path / f"{number}-{who}") for who, command in sides.items()}
            for number in range(turns)
        ]
    ideal_s = (MANY - FEW) / AT_ONCE * latency_s
    with capfd.disabled():
        sys.stdout.write(f"\n{MANY - FEW} cases of {latency_s} s, ideal waves {ideal_s:.1f} s:\n")
        for who in sides:
            sys.stdout.write(f"  {who}: {cost([both[who] for both in taken])}\n")
