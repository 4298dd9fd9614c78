"""One call a release asks for, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from registry import behavior
from registry.errors import ModelError
from registry.runtime.drivers import Reply, Request


@dataclass(frozen=True)
class Call:
    """`test_id` names the test this call belongs to; None bypasses the cache (drift probes, rehearsals)."""

    request: Request
    case_id: str
    round: int
    arm: str
    test_id: str | None

    @property
    def key(self) -> str | None:
        """sha256 of all that makes this call the same call; a repeat (another round, arm or test) is another one."""
        if self.test_id is None:
            return None
        return behavior.sha(
            {
                "behavior": self.request.behavior,
                "messages": self.request.messages,
                "case": self.case_id,
                "round": self.round,
                "arm": self.arm,
                "driver": self.request.model.reach.driver,
                "test": self.test_id,
            }
        )


@dataclass(frozen=True)
class Outcome:
    """`reply`, or the `error` after all retries. `attempts` is 0 from the cache; `cost_usd` None = unknown."""

    reply: Reply | None
    error: ModelError | None
    attempts: int
    from_cache: bool
    cost_usd: float | None
