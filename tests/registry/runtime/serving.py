"""A client on a published world, and what it wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from registry.runtime.answering import Patience
from registry.runtime.client import Client
from registry.runtime.publishing import LocalPublisher
from registry.runtime.spool import Spool, sealed
from registry.runtime.unit_key import UnitKey
from tests.registry.runtime.world import Time

KEY = UnitKey(b"test")


@contextmanager
def serving(publisher: LocalPublisher, folder: Path, **settings: Any) -> Iterator[Client]:
    patience = Patience(retries=1, backoff_s=0.0)
    defaults: dict[str, Any] = {"clock": Time().clock, "patience": patience, "unit_key": KEY, "application": "shop"}
    with Client("production", publisher=publisher, spool=Spool(folder), **(defaults | settings)) as found:
        yield found


def written(folder: Path, kind: str = "trace") -> list[dict[str, Any]]:
    """The lines of one kind, once the spool is closed."""
    lines = [json.loads(line) for path in sealed(folder) for line in path.read_text().splitlines()]
    return [line for line in lines if line["kind"] == kind]
