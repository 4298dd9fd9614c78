"""`make bench`: what the hot paths cost, each beside a peer or a limit of the same run. Nothing here asserts a time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.catalog import Catalog
from registry.roots import Roots
from registry.runtime.bucket import bucket
from registry.runtime.client import Client
from tasks.gate.decide import rule
from tasks.gate.look import CasePair, Look
from tasks.ledger import ingest
from tasks.ledger.store import Store
from tasks.lint.linting import lint_all
from tests.world import world

pytestmark = pytest.mark.bench


def cpu(call: Callable[[], object], times: int) -> float:
    """CPU seconds a call, the best of three."""
    runs = []
    for _ in range(3):
        began = time.process_time()
        for _ in range(times):
            call()
        runs.append((time.process_time() - began) / times)
    return min(runs)


def told(what: str, seconds: float, peer: str, beside: float) -> None:
    sizes = f"{seconds * 1e6:,.2f} us; {peer}: {beside * 1e6:,.2f} us; ratio {seconds / beside:.2f}"
    sys.stdout.write(f"\n{what}: {sizes}\n")


def test_resolving_beside_a_plain_dict(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with world(tmp_path) as here:
        here.release("v1")
        table = {"parcel-sort": "v1"}
        with Client("demo", roots=here.workspace.roots) as client:
            client.resolve("parcel-sort", unit="session-1")
            resolving = cpu(lambda: client.resolve("parcel-sort", unit="session-1"), 50_000)
    with capfd.disabled():
        told("resolve when nothing changed", resolving, "dict", cpu(lambda: table["parcel-sort"], 200_000))
        told("bucket of a unit", cpu(lambda: bucket("rel_1", "session-1"), 50_000), "limit", 2e-6)


def test_importing_the_sdk_beside_an_empty_process(capfd: pytest.CaptureFixture[str]) -> None:
    def started(code: str) -> float:
        script = f"import time; began = time.process_time(); {code}; print(time.process_time() - began)"
        runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True) for _ in range(3)]
        return min(float(run.stdout) for run in runs)

    with capfd.disabled():
        told("import of the SDK", started("import registry"), "limit", 0.15)
        told("import of its prompts", started("from registry import prompts"), "limit", 0.15)
        client = started("import registry.runtime.client")
        told("import of the SDK's client", client, "limit", 0.15)
        told("import of the SDK's client", client, "pydantic", started("import pydantic.main"))


def many_versions(root: Path, prompts: int, each: int) -> Path:
    """A registry of this project's own examples, every prompt with words of its own and every version with a change."""
    shipped = Roots.find().registry
    shutil.copytree(shipped, root, ignore=shutil.ignore_patterns("*.py", "prompts", "__pycache__", "registry.lock"))
    text = (shipped / "prompts/order-extract/v3.yaml").read_text()
    for prompt in range(prompts):
        folder = root / f"prompts/shop-{prompt}"
        folder.mkdir(parents=True)
        for version in range(1, each + 1):
            own = text.replace("id: order-extract", f"id: shop-{prompt}", 1).replace(
                "version: v3", f"version: v{version}"
            )
            own = own.replace(" the ", f" the {prompt}-th ").replace("picture frame", f"frame of kind {version}")
            (folder / f"v{version}.yaml").write_text(own)
    return root


def test_lint_of_a_registry_beside_its_limit(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    catalog = Catalog(many_versions(tmp_path / "registry", 50, 10))
    began = time.process_time()
    linted = lint_all(catalog, now=datetime.now(UTC))
    seconds = time.process_time() - began
    assert all(one.readable for one in linted)
    with capfd.disabled():
        told(f"lint of {len(linted)} versions", seconds, "limit", 5.0)


def test_a_look_of_the_gate_beside_a_second(capfd: pytest.CaptureFixture[str]) -> None:
    pairs = tuple(
        CasePair(f"c{n}", f"c{n}", f"i{n % 8}", (float(n % 3 > 0),) * 5, (float(n % 4 > 0),) * 5) for n in range(500)
    )
    look = Look(pairs, 5, 5, 0.05, "medium")
    with capfd.disabled():
        told("a look at 500 cases, 8 intents, 5 rounds", cpu(lambda: rule(look), 1), "limit", 1.0)


def test_taking_in_traces_beside_a_busy_floor(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with world(tmp_path) as here:
        here.release("v1")
        here.serve(2000)
        here.client.close()
        seconds = (
            min(_taking_in(here.workspace.roots.spool / "ready", tmp_path / f"{turn}") for turn in range(3)) / 2000
        )
    with capfd.disabled():
        rate = f"a trace taken in, {1 / seconds:,.0f} rows a second of CPU"
        told(rate, seconds, "8,000 rows a second", 1 / 8000)


def _taking_in(ready: Path, folder: Path) -> float:
    """CPU seconds of all these segments, into a ledger that is there already."""
    shutil.copytree(ready, folder / "ready")
    store = Store.open(folder / "fresh.duckdb")
    store.migrate()
    began = time.process_time()
    taken = ingest.take_in(store, sorted((folder / "ready").glob("*")), datetime.now(UTC))
    seconds = time.process_time() - began
    store.close()
    assert taken.traces == 2000
    return seconds
