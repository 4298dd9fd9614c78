"""A promptship with an application that has made requests, and storage that other machines ship to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.roots import Roots
from registry.runtime.objects import Objects
from registry.runtime.record import instant
from registry.runtime.spool import Spool
from registry.runtime.unit_key import UnitKey
from tasks.release.workspace import Workspace, wall_clock
from tests.registry.runtime.storages import Bucket, bucket, s3
from tests.world import PROMPT, make_evalsets, make_registry

__all__ = ["bucket", "s3"]


@dataclass
class House:
    """`later` is how far its clock is ahead; `machines` are other spools, of applications elsewhere."""

    folder: Path
    roots: Roots
    later: timedelta = field(default_factory=timedelta)
    machines: int = 0

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.roots, actor="test", now=lambda: wall_clock() + self.later)

    def count(self, table: str = "trace", where: str = "true") -> int:
        return int(self.workspace.store.rows(f"SELECT count(*) AS n FROM {table} WHERE {where}")[0]["n"])

    def log(self, *lines: dict[str, Any], spool: Path | None = None) -> Path:
        """Into one segment of this machine's spool, or of another's."""
        folder = spool or self.roots.spool
        written = Spool(folder)
        for one in lines:
            written.log(one)
        written.close()
        return folder

    def machine(self, *lines: dict[str, Any]) -> Path:
        """Another machine with one sealed segment; its spool."""
        self.machines += 1
        return self.log(*lines, spool=self.folder / f"machine-{self.machines}")


@pytest.fixture
def house(tmp_path: Path) -> House:
    registry = make_registry(tmp_path / "registry", {"v1": (40, 0), "v2": (80, 0)})
    evalsets = make_evalsets(tmp_path / "evalsets")
    (tmp_path / "home").mkdir()
    return House(tmp_path, Roots(tmp_path / "home", registry, evalsets))


@pytest.fixture
def there(house: House, bucket: Bucket) -> Objects:
    """Where other machines ship to, as the house's settings say."""
    house.roots = replace(house.roots, spool_url=f"s3://{bucket.name}/spool")
    return Objects(bucket.name, "spool")


@pytest.fixture
def line(house: House) -> Callable[..., dict[str, Any]]:
    """A spool line of a request in `demo`."""
    key = UnitKey.find(house.roots.home)

    def make(number: int, *, unit: str = "ana", at: datetime | None = None, **changes: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "kind": "trace",
            "format": 1,
            "trace_id": f"tr_{number}",
            "ts": instant(at or wall_clock()),
            "environment": "demo",
            "prompt_id": PROMPT,
            "version": "v1",
            "intended": "a" * 64,
            "served": "a" * 64,
            "arm": "live",
            "generation": 1,
            "unit": key.hide(unit),
            "unit_key_id": key.id,
            "variables": {"message": "a lamp"},
            "output": "lamp",
            "latency_ms": 100.0,
        }
        return fields | changes

    return make
