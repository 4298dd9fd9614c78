"""What of a prompt serves where: the arms of every environment's route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .runtime.routes import Arm, Pinned, Route, RouteTable


class Serving(NamedTuple):
    """`share_bps` of the requests in 1/100 %: 10000 for live, whatever others take of it."""

    environment: str
    arm: Arm
    version: str
    behavior: str
    share_bps: int

    @property
    def said(self) -> str:
        """`live in production`, `5 % canary in staging`."""
        share = "" if self.arm == "live" else f"{self.share_bps / 100:g} % "
        return f"{share}{self.arm} in {self.environment}"


def serving(tables: Iterable[RouteTable], prompt_id: str) -> list[Serving]:
    """In the order of the tables; live before canary before holdback."""
    return [
        Serving(table.environment, arm, pinned.version, pinned.behavior, share)
        for table in tables
        if (route := table.prompts.get(prompt_id)) is not None
        for arm, pinned, share in _arms(route)
    ]


def _arms(route: Route) -> Iterator[tuple[Arm, Pinned, int]]:
    yield "live", route.live, 10_000
    if route.canary is not None:
        yield "canary", route.canary, route.canary.share_bps
    if route.holdback is not None:
        yield "holdback", route.holdback, route.holdback.share_bps
