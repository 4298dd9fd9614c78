from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import NoRoute
from registry.runtime.bucket import bucket
from registry.runtime.publishing import LocalPublisher
from registry.runtime.reading import Reading
from registry.runtime.resolution import Resolver
from registry.runtime.routes import RouteTable
from tests.registry.runtime.conftest import artifact, model
from tests.registry.runtime.world import PROMPT, Time, canary, live, promote, put

Publish = Callable[..., RouteTable]
V1, V2, V3 = artifact("v1"), artifact("v2"), artifact("v3", models=("keyed",))
IN = next(unit for unit in "abcdefgh" if bucket("rel_2", unit) <= 5000)
OUT = next(unit for unit in "abcdefgh" if 5000 < bucket("rel_2", unit) <= 9500)
LAST = next(f"u{number}" for number in range(1000) if bucket("rel_2", f"u{number}") > 9500)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def resolver(publisher: LocalPublisher, time: Time) -> Resolver:
    put(publisher, V1, V2, V3)
    publisher.put_models("production", {"keyed": model("keyed", reach={"key_variable": "NO_SUCH_KEY"})})
    return Resolver(publisher, Reading(publisher, "production", poll_s=1.0, clock_skew_s=10.0, clock=time.clock))


def test_live_alone(resolver: Resolver, publish: Publish) -> None:
    publish(live(V1))
    found = resolver.resolve(PROMPT, "a")
    assert (found.version, found.behavior, found.arm, found.generation) == ("v1", V1.behavior, "live", 1)
    assert (found.artifact, found.release_id, found.share_bps, found.problem) == (V1, None, None, None)
    assert resolver.prompt_of("orders.extract") == PROMPT
    with pytest.raises(NoRoute, match="other"):
        resolver.resolve("other", "a")


def test_canary_and_its_control(resolver: Resolver, publish: Publish, time: Time) -> None:
    publish(live(V1))
    publish(canary(V2, now=time.now))
    inside, outside, nobody = (resolver.resolve(PROMPT, unit) for unit in (IN, OUT, None))
    assert (inside.version, inside.arm, inside.artifact) == ("v2", "canary", V2)
    assert (outside.version, outside.arm, outside.artifact) == ("v1", "live", V1)
    assert {(found.release_id, found.share_bps) for found in (inside, outside)} == {("rel_2", 5000)}
    assert (nobody.version, nobody.release_id, nobody.share_bps) == ("v1", None, None)


def test_without_a_lease_all_is_live_and_nothing_is_assigned(resolver: Resolver, publish: Publish, time: Time) -> None:
    publish(live(V1))
    publish(canary(V2, now=time.now))
    time.passed = 200
    for unit in (IN, OUT):
        found = resolver.resolve(PROMPT, unit)
        assert (found.version, found.arm, found.release_id, found.share_bps) == ("v1", "live", None, None)


def test_holdback(resolver: Resolver, publish: Publish, time: Time) -> None:
    publish(live(V1))
    publish(promote(V2, now=time.now, holdback_bps=500))
    held, others = resolver.resolve(PROMPT, LAST), resolver.resolve(PROMPT, OUT)
    assert (held.version, held.arm, held.artifact, held.release_id) == ("v1", "holdback", V1, "rel_2")
    assert held.share_bps is None
    assert (others.version, others.arm) == ("v2", "live")


def test_a_new_generation_is_followed(resolver: Resolver, publish: Publish, time: Time) -> None:
    publish(live(V1))
    assert resolver.resolve(PROMPT, IN).version == "v1"
    publish(promote(V2, now=time.now))
    time.passed = 1
    assert resolver.resolve(PROMPT, IN).version == "v2"


@pytest.mark.parametrize("harm", ["artifact", "key"])
def test_a_canary_that_cannot_be_served_gives_way_to_live(
    harm: str, resolver: Resolver, publish: Publish, time: Time, tmp_path: Path
) -> None:
    candidate = V2 if harm == "artifact" else V3
    publish(live(V1))
    publish(canary(candidate, now=time.now))
    if harm == "artifact":
        (tmp_path / "artifacts" / f"{V2.behavior}.json").write_bytes(b"{}")
    found = resolver.resolve(PROMPT, IN)
    assert (found.arm, found.version, found.behavior, found.artifact) == ("canary", "v2", candidate.behavior, V1)
    assert found.problem is not None
    assert ("NO_SUCH_KEY" in found.problem) == (harm == "key")
    assert resolver.resolve(PROMPT, OUT).problem is None


def test_with_its_key_it_is_served(
    resolver: Resolver, publish: Publish, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_SUCH_KEY", "k")
    publish(live(V1))
    publish(canary(V3, now=time.now))
    assert resolver.resolve(PROMPT, IN).artifact == V3


def test_a_live_version_that_cannot_be_read_gives_way_to_the_one_before(
    resolver: Resolver, publish: Publish, time: Time, tmp_path: Path
) -> None:
    publish(live(V1))
    publish(promote(V2, now=time.now))
    (tmp_path / "artifacts" / f"{V2.behavior}.json").unlink()
    found = resolver.resolve(PROMPT, None)
    assert (found.version, found.artifact) == ("v2", V1)
    assert found.problem is not None
    assert "no file" in found.problem
    (tmp_path / "artifacts" / f"{V1.behavior}.json").unlink()
    assert resolver.resolve(PROMPT, None) == found


def test_nothing_that_can_be_read(resolver: Resolver, publish: Publish, tmp_path: Path) -> None:
    publish(live(V1))
    (tmp_path / "artifacts" / f"{V1.behavior}.json").unlink()
    with pytest.raises(NoRoute, match="Publish the live version again"):
        resolver.resolve(PROMPT, None)


def test_storage_that_is_gone_is_told_by_the_age(
    resolver: Resolver, publish: Publish, time: Time, tmp_path: Path
) -> None:
    publish(live(V1))
    resolver.resolve(PROMPT, None)
    (tmp_path / "routes/production/table.json").unlink()
    time.passed = 42
    assert resolver.resolve(PROMPT, None).routes_age_s == 42


def test_models_that_cannot_be_read_are_kept(resolver: Resolver, publish: Publish, time: Time, tmp_path: Path) -> None:
    publish(live(V1))
    resolver.resolve(PROMPT, None)
    known = resolver.model(V1.model)
    (tmp_path / "routes/production/models.json").write_bytes(b"{")
    publish(canary(V2, now=time.now))
    time.passed = 1
    assert resolver.resolve(PROMPT, IN).artifact == V2
    assert resolver.model(V1.model) == known


def test_a_model_that_was_never_published(
    resolver: Resolver, publisher: LocalPublisher, publish: Publish, time: Time
) -> None:
    stray = artifact("v4", models=("stray",))
    publisher.put_artifact(stray)
    publish(live(V1))
    publish(canary(stray, now=time.now))
    found = resolver.resolve(PROMPT, IN)
    assert found.artifact == V1
    assert "test/stray" in (found.problem or "")
