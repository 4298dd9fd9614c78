"""A whole release whose artifacts, routes and spool are on S3-compatible storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry.runtime.objects import Objects
from registry.runtime.shipping import ship
from tests.polling import until
from tests.registry.runtime.storages import Bucket, bucket, s3
from tests.world import world

__all__ = ["bucket", "s3"]

pytestmark = pytest.mark.scale


def test_a_release_is_promoted(tmp_path: Path, bucket: Bucket) -> None:
    """The application ships its spool before each look: what the canary is judged by came over the storage."""
    urls: dict[str, Any] = {f"{name}_url": bucket.url(name) for name in ("artifacts", "routes", "spool")}
    machine = tmp_path / "machine"
    with world(tmp_path, machine=machine, **urls) as here:
        there = Objects(bucket.name, "published/spool")

        def serve_and_ship(_: float) -> None:
            here.serve(here.tickets)
            until(lambda: ship(machine, there).segments, "a shipped segment")

        object.__setattr__(here.workspace, "pause", serve_and_ship)
        here.release("v1")
        assert here.live == "v1"
        here.serve(60)
        here.release("v2")
        assert here.live == "v2"
        assert not (tmp_path / "home" / "routes").exists()
        assert "v2" in here.served
        assert there.names("done")
