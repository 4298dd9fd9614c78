"""How often and how long to wait for a model that is out of reach."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Retries:
    """Seconds throughout. A provider that asks for more than `longest_s` is not waited for."""

    attempts: int = 4
    base_s: float = 1.0
    cap_s: float = 20.0
    longest_s: float = 120.0

    def wait_s(self, attempt: int, retry_after_s: float | None, chance: Random) -> float | None:
        """Before the attempt after number `attempt` (from 1); None = give up.

        Full jitter: uniform in 0..min(cap, base * 2^(attempt-1)) (Brooker, "Exponential Backoff And Jitter", AWS 2015).
        A wish of the provider is kept, with jitter of up to `base_s` on top.
        """
        if attempt >= self.attempts or (retry_after_s or 0) > self.longest_s:
            return None
        if retry_after_s is not None:
            return retry_after_s + chance.uniform(0, self.base_s)
        return chance.uniform(0, min(self.cap_s, self.base_s * 2 ** (attempt - 1)))
