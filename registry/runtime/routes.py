"""The routing table of an environment, `routes/<environment>/table.json`: which version serves which share.

Frozen values; `routes_change` makes new ones. A share is in basis points, 1..10000.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PlainSerializer

from ..artifact import PROMPT_ID, VERSION
from ..errors import NoRoute, RoutingError
from ..strict import Strict
from .bucket import BUCKETS, bucket

Arm = Literal["live", "canary", "holdback"]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[AwareDatetime, PlainSerializer(_iso, return_type=str, when_used="json")]
Share = Annotated[int, Field(ge=1, le=BUCKETS)]


class Pinned(Strict):
    """A version by its number and by its behavior: never an alias."""

    version: str = Field(pattern=VERSION)
    behavior: Sha


class Canary(Pinned):
    """Takes `share_bps` of the units while its lease holds. The salt lives as long as the release."""

    release: str
    share_bps: Share
    salt: str
    lease_expires_at: Instant
    lease_seconds: float = Field(gt=0)
    lease_seq: int = Field(ge=0)


class Holdback(Pinned):
    """Keeps the last `share_bps` of the buckets on the old version until then: the control of the outcome."""

    release: str
    share_bps: Share
    salt: str
    until: Instant


class Served(Pinned):
    """Served all traffic and was not rolled back. Only a certified one is a target of rollback."""

    certified: bool


class Closed(Strict):
    """An attempt that is over: no write may set its canary again."""

    release: str
    by: str
    at: Instant
    reason: str


class Route(Strict):
    use_case: str
    live: Pinned
    canary: Canary | None = None
    holdback: Holdback | None = None
    served: tuple[Served, ...] = ()
    closed: tuple[Closed, ...] = ()


class RouteTable(Strict):
    """One generation. `operation` names the write that made it."""

    format: Literal[1] = 1
    environment: str = Field(pattern=PROMPT_ID)
    generation: int = Field(ge=0)
    operation: str
    written_at: Instant
    written_by: str
    prompts: dict[Annotated[str, Field(pattern=PROMPT_ID)], Route] = Field(default_factory=dict)

    @classmethod
    def empty(cls, environment: str) -> RouteTable:
        """Generation 0: nothing was ever published here."""
        at = datetime.fromtimestamp(0, UTC)
        return cls(environment=environment, generation=0, operation="", written_at=at, written_by="nobody")

    def route(self, prompt_id: str) -> Route:
        """Raises NoRoute when the prompt has no live version here."""
        if found := self.prompts.get(prompt_id):
            return found
        raise NoRoute(
            f"{prompt_id!r} has no live version in {self.environment!r}",
            expected=f"one of {sorted(self.prompts)!r}" if self.prompts else "a first release",
            fix=f"Release it first: promptship release start {prompt_id} <version> --environment {self.environment}",
        )

    def prompt_of(self, use_case: str) -> str:
        """The id of the prompt that serves this use case. Raises NoRoute."""
        for prompt_id, route in self.prompts.items():
            if route.use_case == use_case:
                return prompt_id
        from ..nearest import did_you_mean, listed

        known = sorted(route.use_case for route in self.prompts.values())
        raise NoRoute(
            f"No prompt serves the use case {use_case!r} in {self.environment!r}",
            expected=f"a use case that something is live for there: {listed(known)}",
            fix=did_you_mean(use_case, known, "Release a prompt with this use case, or ask in another environment"),
        )


def parse(content: bytes, where: str) -> RouteTable:
    """Raises RoutingError for what is no table of format 1."""
    try:
        return RouteTable.model_validate_json(content)
    except ValueError as error:
        raise RoutingError(
            f"The routing table {where} cannot be read: {error}",
            expected="a table of format 1 as promptship writes it",
            fix="Restore the newest file of its history; readers keep the last table they could read",
        ) from error


def arm_of(route: Route, unit: str | None, lease_valid: bool, holdback_valid: bool = True) -> Arm:
    """Holdback first, then the canary while its lease holds, else live. An anonymous request is always live."""
    if unit is None:
        return "live"
    back = route.holdback
    if back is not None and holdback_valid and bucket(back.salt, unit) > BUCKETS - back.share_bps:
        return "holdback"
    canary = route.canary
    if canary is not None and lease_valid and bucket(canary.salt, unit) <= canary.share_bps:
        return "canary"
    return "live"
