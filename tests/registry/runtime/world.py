"""A clock that tests turn, and changes of the table in few words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from registry.runtime import routes_change as change
from registry.runtime.artifact_file import Artifact
from registry.runtime.publishing import Publisher
from registry.runtime.reading import Clock
from registry.runtime.routes import Canary, Pinned, RouteTable
from tests.registry.runtime.conftest import AT, model

PROMPT = "order-extract"
Change = Callable[[RouteTable], RouteTable]


@dataclass
class Time:
    """Seconds that have passed; `off` is how wrong the wall clock is."""

    passed: float = 0.0
    off: float = 0.0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: AT.timestamp() + self.passed + self.off, lambda: 1000.0 + self.passed)

    @property
    def now(self) -> datetime:
        """The right time, which the pipeline has."""
        return datetime.fromtimestamp(AT.timestamp() + self.passed, UTC)


def put(publisher: Publisher, *artifacts: Artifact) -> None:
    publisher.put_models("production", {name: model(name) for name in ("one", "two")})
    for artifact in artifacts:
        publisher.put_artifact(artifact)


def pinned(artifact: Artifact, version: str) -> Pinned:
    return Pinned(version=version, behavior=artifact.behavior)


def live(artifact: Artifact, version: str = "v1") -> Change:
    return lambda table: change.go_live(table, PROMPT, "orders.extract", pinned(artifact, version))


def canary(
    artifact: Artifact,
    *,
    now: datetime,
    version: str = "v2",
    release: str = "rel_2",
    share_bps: int = 5000,
    lease: float = 120,
) -> Change:
    wanted = Canary(
        version=version,
        behavior=artifact.behavior,
        release=release,
        share_bps=share_bps,
        salt=release,
        lease_expires_at=now + timedelta(seconds=lease),
        lease_seconds=lease,
        lease_seq=1,
    )
    return lambda table: change.start_canary(table, PROMPT, wanted, baseline=table.route(PROMPT).live.behavior)


def promote(artifact: Artifact, *, now: datetime, holdback_bps: int = 0, hours: int = 24) -> Change:
    return lambda table: change.promote(
        table,
        PROMPT,
        "rel_2",
        pinned(artifact, "v2"),
        baseline=table.route(PROMPT).live.behavior,
        by="release",
        at=now,
        holdback_bps=holdback_bps,
        holdback_until=now + timedelta(hours=hours),
    )


def renew(*, now: datetime, lease: float = 120) -> Change:
    return lambda table: change.renew_lease(table, PROMPT, "rel_2", now=now, seconds=lease)
