"""A ramp as units see it: who is in stays in, and every share is what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from scipy.stats import chisquare

from registry.runtime import routes_change as change
from registry.runtime.bucket import BUCKETS, bucket
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact
from tests.registry.runtime.serving import serving
from tests.registry.runtime.world import PROMPT, Time, canary, live, pinned, promote, put

Publish = Callable[..., RouteTable]
V1, V2 = artifact("v1"), artifact("v2")
UNITS = [f"user-{number}" for number in range(4000)]


def test_nobody_leaves_the_canary_as_it_grows_nor_the_holdback(
    publisher: LocalPublisher, publish: Publish, tmp_path: Path
) -> None:
    put(publisher, V1, V2)
    publish(live(V1))
    publish(canary(V2, now=Time().now, share_bps=100))
    time = Time()
    before: set[str] = set()
    with serving(publisher, tmp_path / "spool", clock=time.clock) as client:
        for share in (100, 500, 2500, 5000):
            publish(lambda table, share=share: change.set_share(table, PROMPT, "rel_2", share))
            time.passed += 1
            inside = {unit for unit in UNITS if client.resolve(PROMPT, unit=unit).arm == "canary"}
            assert inside >= before
            assert len(inside) == pytest.approx(len(UNITS) * share / BUCKETS, rel=0.35)
            before = inside
        publish(promote(V2, now=time.now, holdback_bps=500))
        time.passed += 1
        found = {unit: client.resolve(PROMPT, unit=unit) for unit in UNITS}
    held = {unit for unit in UNITS if found[unit].arm == "holdback"}
    assert all(found[unit].version == "v2" for unit in before), "whoever had it keeps it"
    assert held.isdisjoint(before)
    assert {found[unit].version for unit in held} == {"v1"}
    assert len(held) == pytest.approx(200, rel=0.35)


@pytest.mark.parametrize("salt", ["", "rel_1", "rel_0198f2a1b2c37d4e8f90a1b2c3d4e5f6"])
def test_buckets_are_uniform(salt: str) -> None:
    """A chi-square test over 100 cells; the seeds are fixed, so it holds or it does not."""
    counts = [0] * 100
    for number in range(50_000):
        counts[(bucket(salt, f"user-{number}") - 1) // 100] += 1
    assert chisquare(counts).pvalue > 0.001


@pytest.mark.parametrize("unit", ["\ud800", "", "a" * 10_000, "zażółć 😀"])
def test_any_text_is_a_unit(unit: str, publisher: LocalPublisher, publish: Publish, tmp_path: Path) -> None:
    put(publisher, V1, V2)
    publish(live(V1))
    publish(canary(V2, now=Time().now))
    with serving(publisher, tmp_path / "spool") as client:
        assert client.start(PROMPT, {"message": "hi"}, unit=unit).resolution.arm in ("live", "canary")


def test_many_threads_while_the_table_changes(publisher: LocalPublisher, publish: Publish, tmp_path: Path) -> None:
    """A resolution is of one generation, whole, and no thread sees an error."""
    put(publisher, V1, V2)
    publish(live(V1))
    time = Time()
    seen: list[tuple[str, str]] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            for number in range(300):
                found = client.resolve(PROMPT, unit=f"u{number}")
                seen.append((found.version, found.artifact.behavior))
        except BaseException as error:  # noqa: BLE001  it is asserted on below
            errors.append(error)

    with serving(publisher, tmp_path / "spool", clock=time.clock) as client:
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for to in (pinned(V2, "v2"), pinned(V1, "v1"), pinned(V2, "v2")):
            publish(lambda table, to=to: change.pin(table, PROMPT, to))
            time.passed += 1
        for thread in threads:
            thread.join()
    assert errors == []
    assert set(seen) <= {("v1", V1.behavior), ("v2", V2.behavior)}
