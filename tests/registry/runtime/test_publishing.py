"""What is the disk's own; what every publisher keeps to is in test_storages.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import RoutingError
from registry.runtime import atomic, publishing
from registry.runtime.publishing import LocalPublisher
from registry.runtime.routes import RouteTable
from registry.runtime.routes_change import stamped
from tests.registry.runtime.conftest import AT

Publish = Callable[..., RouteTable]


def same(table: RouteTable) -> RouteTable:
    return table


def test_a_crash_between_history_and_table_leaves_no_operation(
    publisher: LocalPublisher, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish(same)
    write = atomic.replace

    def dies_at_the_table(path: Path, content: bytes, *, sync: bool = True) -> None:
        if path.name == "table.json":
            raise OSError("no space left")
        write(path, content, sync=sync)

    monkeypatch.setattr(publishing, "replace", dies_at_the_table)
    with pytest.raises(OSError, match="no space"):
        publisher.swap(stamped(before, operation="op_lost", at=AT, by="test"), before.generation)
    monkeypatch.undo()
    assert publisher.operations("production") == {"op_1": 1}
    publish(same, history=False)
    assert publisher.operations("production") == {"op_1": 1}


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"format": 1}', b'{"format": 1, "models": {"a": 1}}'])
def test_unreadable_models(content: bytes, publisher: LocalPublisher, tmp_path: Path) -> None:
    publisher.put_models("production", {})
    (tmp_path / "routes/production/models.json").write_bytes(content)
    with pytest.raises(RoutingError, match=r"models\.json"):
        publisher.read_models("production")
