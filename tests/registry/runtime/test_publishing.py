from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry.errors import ArtifactCorrupt, GenerationTaken, RoutingError
from registry.runtime import atomic, publishing
from registry.runtime.publishing import LocalPublisher, Reader
from registry.runtime.routes import Pinned, RouteTable
from registry.runtime.routes_change import go_live, stamped
from tests.registry.runtime.conftest import AT, artifact, model

Publish = Callable[..., RouteTable]


def same(table: RouteTable) -> RouteTable:
    return table


def test_nothing_published_is_generation_0(publisher: LocalPublisher) -> None:
    assert publisher.read_table("production") == RouteTable.empty("production")
    assert publisher.token("production") is None
    assert publisher.history("production") == []
    assert publisher.operations("production") == {}
    assert publisher.read_models() == {}
    assert publisher.readers("production") == []


def test_swap_and_history(publisher: LocalPublisher, publish: Publish) -> None:
    pinned = Pinned(version="v1", behavior="a" * 64)
    first = publish(lambda table: go_live(table, "order-extract", "orders.extract", pinned))
    token = publisher.token("production")
    publish(same, history=False)
    third = publish(same)
    assert publisher.read_table("production") == third
    assert publisher.token("production") != token
    assert publisher.history("production") == [1, 3]
    assert publisher.operations("production") == {"op_1": 1, "op_3": 3}
    assert publisher.read_generation("production", 1) == first
    with pytest.raises(RoutingError, match="generation 2"):
        publisher.read_generation("production", 2)


@pytest.mark.parametrize(("generation", "expected"), [(2, 0), (3, 1), (1, 0), (2, 2)])
def test_a_swap_that_comes_too_late(
    publisher: LocalPublisher, publish: Publish, generation: int, expected: int
) -> None:
    published = publish(same)
    wanted = published.model_copy(update={"generation": generation, "operation": "op_late"})
    with pytest.raises(GenerationTaken, match="op_late"):
        publisher.swap(wanted, expected)
    assert publisher.read_table("production") == published


def test_of_many_writers_one_wins_each_generation(publisher: LocalPublisher) -> None:
    lost: list[str] = []

    def write(name: str) -> None:
        for number in range(5):
            while True:
                table = publisher.read_table("production")
                try:
                    after = stamped(table, operation=f"op_{name}{number}", at=AT, by=name)
                    publisher.swap(after, table.generation)
                    break
                except GenerationTaken:
                    lost.append(name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert publisher.read_table("production").generation == 15
    assert sorted(publisher.operations("production").values()) == list(range(1, 16))


def test_a_crash_between_history_and_table_leaves_no_operation(
    publisher: LocalPublisher, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish(same)
    write = atomic.replace

    def dies_at_the_table(path: Path, content: bytes, *, sync: bool = True) -> None:
        if path.name == "production.json":
            raise OSError("no space left")
        write(path, content, sync=sync)

    monkeypatch.setattr(publishing, "replace", dies_at_the_table)
    with pytest.raises(OSError, match="no space"):
        publisher.swap(stamped(before, operation="op_lost", at=AT, by="test"), before.generation)
    monkeypatch.undo()
    assert publisher.operations("production") == {"op_1": 1}
    publish(same, history=False)
    assert publisher.operations("production") == {"op_1": 1}


def test_artifacts_are_verified(publisher: LocalPublisher, tmp_path: Path) -> None:
    found = artifact()
    with pytest.raises(ArtifactCorrupt, match="no file"):
        publisher.get_artifact(found.behavior)
    publisher.put_artifact(found)
    assert publisher.get_artifact(found.behavior) == found
    file = tmp_path / "artifacts" / f"{found.behavior}.json"
    file.write_bytes(file.read_bytes().replace(b"v1", b"v2"))
    with pytest.raises(ArtifactCorrupt, match="prompt"):
        publisher.get_artifact(found.behavior)
    publisher.put_artifact(found)
    assert publisher.get_artifact(found.behavior) == found


def test_models_are_kept_by_what_they_are(publisher: LocalPublisher) -> None:
    old, new = model("one", revision="r1"), model("one", revision="r2")
    publisher.put_models({"short": old})
    publisher.put_models({"short": new})
    assert publisher.read_models() == {old.key: old, new.key: new}
    moved = model("one", revision="r2", reach={"endpoint": "https://elsewhere"})
    publisher.put_models({"short": moved})
    assert publisher.read_models()[new.key] == moved


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": 1}', b'{"format": 1, "models": {"a": 1}}'])
def test_unreadable_models(content: bytes, publisher: LocalPublisher, tmp_path: Path) -> None:
    publisher.put_models({})
    (tmp_path / "routes").mkdir(exist_ok=True)
    (tmp_path / "routes" / "models.json").write_bytes(content)
    with pytest.raises(RoutingError, match=r"models\.json"):
        publisher.read_models()


def test_readers_of_two_environments_in_one_process(publisher: LocalPublisher, tmp_path: Path) -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    publisher.report_reader("production", Reader("host-1", 41, at, 0))
    publisher.report_reader("production", Reader("host-1", 42, at, 3))
    publisher.report_reader("staging", Reader("host-1", 7, at, 0))
    assert publisher.readers("production") == [Reader("host-1", 42, at, 3)]
    assert publisher.readers("staging") == [Reader("host-1", 7, at, 0)]
    assert [path.name for path in (tmp_path / "routes" / "readers").iterdir()] == ["host-1.json"]


def test_an_unreadable_table_is_an_error_and_its_history_is_there(
    publisher: LocalPublisher, publish: Publish, tmp_path: Path
) -> None:
    publish(same)
    (tmp_path / "routes" / "production.json").write_bytes(b"{")
    with pytest.raises(RoutingError, match=r"production\.json"):
        publisher.read_table("production")
    assert publisher.history("production") == [1]
