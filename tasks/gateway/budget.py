"""What a run may spend: calls and money."""

from __future__ import annotations

from dataclasses import dataclass

from registry.errors import BudgetSpent


@dataclass
class Budget:
    """None = no limit. Every attempt is a call. The limit of calls is exact; money is known after the answer, so the
    calls then under way can take it past `max_usd`. Calls without a known price are counted in `unpriced`. What is
    spent of a part of another is spent of `whole` too."""

    max_calls: int | None = None
    max_usd: float | None = None
    calls: int = 0
    usd: float = 0.0
    unpriced: int = 0
    whole: Budget | None = None

    @property
    def told(self) -> str:
        """What is spent so far: `0.12 USD`, or `0.12 USD, 3 calls without a price`."""
        unknown = f", {self.unpriced} calls without a price" if self.unpriced else ""
        return f"{self.usd:.2f} USD{unknown}"

    @property
    def left(self) -> tuple[int | None, float | None]:
        """Calls and USD that are not spent, None = no limit."""
        calls = None if self.max_calls is None else max(0, self.max_calls - self.calls)
        return calls, None if self.max_usd is None else max(0.0, self.max_usd - self.usd)

    def part(self) -> Budget:
        """For one of several who spend at once: at most what is left, told apart."""
        calls, usd = self.left
        return Budget(calls, usd, whole=self)

    def take(self) -> None:
        """One more call. Raises BudgetSpent when there is none left."""
        if self.max_calls is not None and self.calls >= self.max_calls:
            raise _spent(f"all {self.max_calls} calls are made")
        if self.max_usd is not None and self.usd >= self.max_usd:
            raise _spent(f"{self.usd:.4f} of {self.max_usd:.4f} USD are spent")
        if self.whole is not None:
            self.whole.take()
        self.calls += 1

    def pay(self, usd: float | None) -> None:
        if self.whole is not None:
            self.whole.pay(usd)
        if usd is None:
            self.unpriced += 1
        else:
            self.usd += usd

    def add(self, part: Budget) -> None:
        """What was spent elsewhere."""
        if self.whole is not None:
            self.whole.add(part)
        self.calls += part.calls
        self.usd += part.usd
        self.unpriced += part.unpriced


def _spent(what: str) -> BudgetSpent:
    return BudgetSpent(
        f"The budget is used up: {what}",
        expected="a budget for all calls of this run",
        fix="Run it again with a larger one; finished calls are not repeated",
    )
