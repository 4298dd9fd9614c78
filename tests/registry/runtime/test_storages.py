"""What every publisher keeps to, on whichever storage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.errors import ArtifactCorrupt, GenerationTaken, NoRoute, RoutingError, SettingsError
from registry.roots import Roots
from registry.runtime import storage as choosing
from registry.runtime.objects import Objects
from registry.runtime.publishing import Publisher, Reader
from registry.runtime.publishing_s3 import S3Publisher
from registry.runtime.reading import Reading
from registry.runtime.resolution import Resolver
from registry.runtime.routes import RouteTable
from registry.runtime.routes_change import stamped
from tests.registry.runtime.conftest import AT, artifact, model
from tests.registry.runtime.storages import Bucket, Disk, Storage
from tests.registry.runtime.world import PROMPT, Time, live, pinned, put

ENVIRONMENT = "production"


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "s3":
        found: Bucket = request.getfixturevalue("bucket")
        return found
    return Disk(tmp_path, monkeypatch)


def publish(
    publisher: Publisher, change: Callable[[RouteTable], RouteTable] = lambda table: table, *, history: bool = True
) -> RouteTable:
    before = publisher.read_table(ENVIRONMENT)
    after = stamped(change(before), operation=f"op_{before.generation + 1}", at=AT, by="test")
    publisher.swap(after, before.generation, history)
    return after


def reading(publisher: Publisher, time: Time) -> Reading:
    return Reading(publisher, ENVIRONMENT, poll_s=1.0, clock_skew_s=10.0, clock=time.clock)


class TestPublisher:
    """Run over every storage."""

    def test_nothing_published_is_generation_0(self, storage: Storage) -> None:
        publisher = storage.publisher()
        assert publisher.read_table(ENVIRONMENT) == RouteTable.empty(ENVIRONMENT)
        assert (publisher.token(ENVIRONMENT), publisher.environments()) == (None, [])
        assert (publisher.history(ENVIRONMENT), publisher.operations(ENVIRONMENT)) == ([], {})
        assert (publisher.read_models(ENVIRONMENT), publisher.readers(ENVIRONMENT)) == ({}, [])

    def test_swap_and_history(self, storage: Storage) -> None:
        publisher = storage.publisher()
        first = publish(publisher, live(artifact()))
        token = publisher.token(ENVIRONMENT)
        publish(publisher, history=False)
        third = publish(publisher)
        assert storage.publisher().read_table(ENVIRONMENT) == third
        assert publisher.token(ENVIRONMENT) != token
        assert publisher.environments() == [ENVIRONMENT]
        assert publisher.operations(ENVIRONMENT) == {"op_1": 1, "op_3": 3}
        assert publisher.read_generation(ENVIRONMENT, 1) == first
        with pytest.raises(RoutingError, match="generation 2"):
            publisher.read_generation(ENVIRONMENT, 2)

    def test_a_renewed_lease_is_not_in_the_history(self, storage: Storage) -> None:
        publisher = storage.publisher()
        publish(publisher)
        publish(publisher, history=False)
        assert publisher.operations(ENVIRONMENT) == {"op_1": 1}
        with pytest.raises(RoutingError, match=r"generation 2.*one of \[1\]"):
            publisher.read_generation(ENVIRONMENT, 2)

    @pytest.mark.parametrize(("generation", "expected"), [(2, 0), (3, 1), (1, 0), (2, 2)])
    def test_a_swap_that_comes_too_late(self, storage: Storage, generation: int, expected: int) -> None:
        publisher = storage.publisher()
        published = publish(publisher)
        wanted = published.model_copy(update={"generation": generation, "operation": "op_late"})
        with pytest.raises(GenerationTaken, match="op_late"):
            publisher.swap(wanted, expected)
        assert publisher.read_table(ENVIRONMENT) == published

    def test_artifacts_are_written_once_and_verified(self, storage: Storage) -> None:
        publisher, found = storage.publisher(), artifact()
        with pytest.raises(ArtifactCorrupt, match="no file"):
            publisher.get_artifact(found.behavior)
        publisher.put_artifact(found)
        assert publisher.get_artifact(found.behavior) == found
        path = f"artifacts/{found.behavior}.json"
        storage.write(path, storage.read(path).replace(b"v1", b"v2"))
        with pytest.raises(ArtifactCorrupt, match="prompt"):
            publisher.get_artifact(found.behavior)
        publisher.put_artifact(found)
        assert publisher.get_artifact(found.behavior) == found

    def test_models_are_kept_by_what_they_are(self, storage: Storage) -> None:
        publisher, old, new = storage.publisher(), model("one", revision="r1"), model("one", revision="r2")
        publisher.put_models(ENVIRONMENT, {"short": old})
        storage.publisher().put_models(ENVIRONMENT, {"short": new})
        assert publisher.read_models(ENVIRONMENT) == {old.key: old, new.key: new}
        assert publisher.read_models("staging") == {}
        storage.write("routes/production/models.json", b"{")
        with pytest.raises(RoutingError, match=r"models\.json"):
            publisher.read_models(ENVIRONMENT)

    def test_readers_of_two_environments_in_one_process(self, storage: Storage) -> None:
        publisher = storage.publisher()
        for name, generation, dropped in [(ENVIRONMENT, 41, 0), (ENVIRONMENT, 42, 3), ("staging", 7, 0)]:
            publisher.report_reader(name, Reader("host-1", generation, AT, dropped))
        assert publisher.readers(ENVIRONMENT) == [Reader("host-1", 42, AT, 3)]
        assert publisher.readers("staging") == [Reader("host-1", 7, AT, 0)]
        assert publisher.environments() == []

    @pytest.mark.parametrize(
        "said",
        [
            b"", b"{", b"[]", b'"x"', b'{"generation": 1}', b"\xff", b"[" * 10_000,
            b'{"generation": "x", "at": "2026-11-21T12:00:00+00:00", "dropped": 0}',
            b'{"generation": 1e999, "at": "2026-11-21T12:00:00+00:00", "dropped": 0}',
            b'{"generation": 1, "at": "2026-11-21T12:00:00", "dropped": 0}',
        ],
    )  # fmt: skip
    def test_an_application_that_writes_nonsense_stops_nobody(self, storage: Storage, said: bytes) -> None:
        publisher = storage.publisher()
        publisher.report_reader(ENVIRONMENT, Reader("host-1", 42, AT, 3))
        storage.write("routes/production/readers/host-2.json", said)
        assert publisher.readers(ENVIRONMENT) == [Reader("host-1", 42, AT, 3)]

    def test_an_unreadable_table_is_an_error_and_its_history_is_there(self, storage: Storage) -> None:
        publisher = storage.publisher()
        publish(publisher)
        storage.write("routes/production/table.json", b"{")
        with pytest.raises(RoutingError, match=r"production/table\.json"):
            publisher.read_table(ENVIRONMENT)
        assert publisher.history(ENVIRONMENT) == [1]

    @pytest.mark.parametrize("harm", ["corrupt", "older", "missing", "out of reach"])
    def test_a_reader_keeps_the_last_good_table(self, harm: str, storage: Storage) -> None:
        publisher, time = storage.publisher(), Time()
        publish(publisher)
        older = storage.read("routes/production/table.json")
        good = publish(publisher, live(artifact()))
        known = reading(storage.publisher(), time)
        assert known.table() == good
        if harm == "out of reach":
            with storage.out_of_reach():
                time.passed += 60
                assert (known.table(), known.age_s()) == (good, 60.0)
        else:
            storage.remove("routes/production/table.json") if harm == "missing" else storage.write(
                "routes/production/table.json", older if harm == "older" else b"{"
            )
            time.passed += 60
            assert (known.table(), known.age_s()) == (good, 60.0)

    def test_a_missing_artifact_gives_way_to_the_version_before(self, storage: Storage) -> None:
        publisher, one, two = storage.publisher(), artifact("v1"), artifact("v2")
        put(publisher, one, two)
        publish(publisher, live(one))
        publish(publisher, lambda table: _pin(table, two))
        storage.remove(f"artifacts/{two.behavior}.json")
        found = Resolver(storage.publisher(), reading(storage.publisher(), Time())).resolve(PROMPT, "unit")
        assert (found.version, found.artifact.behavior) == ("v2", one.behavior)
        assert "no file" in str(found.problem)

    def test_without_any_table_nothing_is_served(self, storage: Storage) -> None:
        with pytest.raises(NoRoute):
            reading(storage.publisher(), Time()).table()


def test_of_many_writers_to_a_disk_one_wins_each_generation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto does not hold its check and its write together: the interleavings that matter there are tests below."""
    disk = Disk(tmp_path, monkeypatch)
    threads = [threading.Thread(target=_write_five, args=(disk.publisher(), name)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(disk.publisher().operations(ENVIRONMENT).values()) == list(range(1, 16))


def _pin(table: RouteTable, found: object) -> RouteTable:
    from registry.runtime.routes_change import pin

    return pin(table, PROMPT, pinned(found, "v2"), certified=True)  # type: ignore[arg-type]


def _write_five(publisher: Publisher, name: str) -> None:
    for number in range(5):
        while True:
            table = publisher.read_table(ENVIRONMENT)
            try:
                publisher.swap(stamped(table, operation=f"op_{name}{number}", at=AT, by=name), table.generation)
                break
            except GenerationTaken:
                continue


class Raced(Objects):
    """Something happens between what was read and the conditional write."""

    between: Callable[[], None] = staticmethod(lambda: None)

    def exchange(self, key: str, *arguments: object, **named: object) -> None:
        if key.endswith("table.json"):
            between, self.between = self.between, lambda: None
            between()
        super().exchange(key, *arguments, **named)  # type: ignore[arg-type]


@pytest.mark.parametrize("first", [True, False])
def test_of_two_writers_that_read_the_same_one_wins(first: bool, bucket: Bucket) -> None:
    """Of the first table as of a later one."""
    other = bucket.publisher()
    if not first:
        publish(other)
    raced = Raced(bucket.name, "published/routes")
    raced.between = lambda: (publish(other), None)[1]
    loser = S3Publisher(Objects(bucket.name, "published/artifacts"), raced)
    table = other.read_table(ENVIRONMENT)
    with pytest.raises(GenerationTaken, match="op_lost"):
        loser.swap(stamped(table, operation="op_lost", at=AT, by="loser"), table.generation)
    assert "op_lost" not in other.operations(ENVIRONMENT)
    assert other.read_table(ENVIRONMENT).generation == table.generation + 1


class Twice(Objects):
    """The answer of a write gets lost, and it is sent again."""

    def exchange(self, key: str, *arguments: object, **named: object) -> None:
        if key.endswith("table.json"):
            super().exchange(key, *arguments, **named)  # type: ignore[arg-type]
        super().exchange(key, *arguments, **named)  # type: ignore[arg-type]


def test_a_write_that_is_sent_twice_has_won(bucket: Bucket) -> None:
    publisher = S3Publisher(Objects(bucket.name, "published/artifacts"), Twice(bucket.name, "published/routes"))
    publish(publisher)
    publish(publisher)
    assert publisher.operations(ENVIRONMENT) == {"op_1": 1, "op_2": 2}


class Dies(Objects):
    """The process is killed before the history object is written."""

    def put(self, key: str, content: bytes, media_type: str = "") -> None:
        if "/history/" in key:
            raise KeyboardInterrupt
        super().put(key, content, media_type)


def test_a_crash_between_table_and_history_loses_no_operation(bucket: Bucket) -> None:
    dying = S3Publisher(Objects(bucket.name, "published/artifacts"), Dies(bucket.name, "published/routes"))
    with pytest.raises(KeyboardInterrupt):
        publish(dying)
    publisher = bucket.publisher()
    assert publisher.operations(ENVIRONMENT) == {"op_1": 1}
    assert publisher.read_generation(ENVIRONMENT, 1).operation == "op_1"
    publish(publisher)
    assert bucket.read("routes/production/history/1.json")
    assert publisher.operations(ENVIRONMENT) == {"op_1": 1, "op_2": 2}


class Careless(Objects):
    """Storage that overlooks conditions."""

    def exchange(self, key: str, content: bytes, etag: str | None, metadata: object = None) -> None:
        self.put(key, content)


def test_storage_without_conditional_writes_is_refused(bucket: Bucket) -> None:
    publisher = S3Publisher(Objects(bucket.name, "published/artifacts"), Careless(bucket.name, "published/routes"))
    with pytest.raises(SettingsError, match="conditional writes"):
        publish(publisher)
    assert publisher.read_table(ENVIRONMENT).generation == 0


def test_a_server_that_is_down(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading goes on with what is known and does not wait; writing says what is wrong."""
    time, publisher = Time(), bucket.publisher()
    good = publish(publisher, live(artifact()))
    known = reading(publisher, time)
    known.table()
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    publisher._routes._client = None  # type: ignore[attr-defined]
    time.passed += 60
    assert (known.table(), known.age_s()) == (good, 60.0)
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9"):
        publish(publisher)


def test_after_the_first_look_no_request_waits_for_the_storage(bucket: Bucket) -> None:
    time, publisher = Time(), bucket.publisher()
    publish(publisher, live(artifact("v1")))
    known, asked, answer = reading(publisher, time), threading.Event(), threading.Event()
    first, token = known.table(), publisher.token

    def slow(environment: str) -> object:
        asked.set()
        answer.wait(30)
        return token(environment)

    publisher.token = slow  # type: ignore[method-assign]
    second = publish(bucket.publisher())
    time.passed += 1
    assert known.table() == first
    assert asked.wait(30)
    assert known.table() == first
    answer.set()
    with known._lock:  # the look is over
        assert known.table() == second


def test_what_a_new_table_needs_is_there_before_a_request_needs_it(bucket: Bucket) -> None:
    time, publisher, one, two = Time(), bucket.publisher(), artifact("v1"), artifact("v2")
    put(publisher, one, two)
    publish(publisher, live(one))
    known = reading(bucket.publisher(), time)
    serving = bucket.publisher()
    resolver = Resolver(serving, known)
    assert resolver.resolve(PROMPT, None).artifact == one
    publish(publisher, lambda table: _pin(table, two))
    time.passed += 1
    known.table()
    with known._lock:  # the look is over
        serving._artifacts = serving._routes = None  # type: ignore[attr-defined]
    found = resolver.resolve(PROMPT, None)
    assert (found.version, found.artifact) == ("v2", two)
    assert resolver.model(two.model).key == model("one").key


@pytest.mark.parametrize("url", ["gs://bucket/routes", "s3://", "s3://B"])
def test_other_storage_is_refused(url: str, tmp_path: Path) -> None:
    environ = {"PROMPTSHIP_HOME": str(tmp_path), "PROMPTSHIP_ARTIFACTS": url, "PROMPTSHIP_ROUTES": url}
    roots = Roots.find({**environ, "PROMPTSHIP_REGISTRY": "r", "PROMPTSHIP_EVALSETS": "e"})
    with pytest.raises(SettingsError, match="s3://bucket/prefix"):
        choosing.publisher(roots)


def test_artifacts_and_routes_live_together(tmp_path: Path) -> None:
    roots = Roots(tmp_path, tmp_path, tmp_path, routes_url="s3://bucket/routes")
    with pytest.raises(SettingsError, match="both on a local disk, or both on S3"):
        choosing.publisher(roots)


def test_the_settings_choose(bucket: Bucket, tmp_path: Path) -> None:
    roots = Roots(tmp_path, tmp_path, tmp_path, artifacts_url=bucket.url("artifacts"), routes_url=bucket.url("routes"))
    published = choosing.publisher(roots)
    published.report_reader(ENVIRONMENT, Reader("host-1", 1, datetime(2026, 11, 21, tzinfo=UTC), 0))
    assert bucket.read("routes/production/readers/host-1.json")
