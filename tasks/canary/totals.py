"""The evidence of the whole release: a weighted mean of all streams and their restart copies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tasks.canary.evidence import harm_weights
from tasks.canary.plan import COPIES, Plan, Watch
from tasks.canary.state import Evidence, Harm, Opening, State
from tasks.statistics.eprocess import mixture

FIRST = 0.5
"""Capital of copy 0; the restart copies share the rest."""


class Share(NamedTuple):
    """Logs of one stream's part of the total: screened (-inf without an estimate beyond the margin) and unscreened."""

    screened: float
    unscreened: float


class Totals:
    """Running totals while units come in; only streams that got a batch are worked out again.

    Overall streams hold half of a guard's weight and its intents the other half; of a guard `per: intent` the intents
    hold all. A weighted mean of e-values is an e-value under any dependence between the streams.
    """

    def __init__(self, plan: Plan, state: State) -> None:
        self._plan = plan
        self._shares: dict[str, Share] = {}
        for watch in plan.watches:
            for intent in (None, *plan.intents):
                self._put(watch, state.guards[watch.key], intent)

    @property
    def screened(self) -> float:
        """Log of the e-value that rolls back at 1/alpha."""
        return _log_sum(share.screened for share in self._shares.values())

    @property
    def unscreened(self) -> float:
        """Log of the e-value that holds at `hold_at`."""
        return _log_sum(share.unscreened for share in self._shares.values())

    def update(self, watch: Watch, evidence: Evidence, intent: str) -> None:
        self._put(watch, evidence, None)
        self._put(watch, evidence, intent)

    def blamed(self, alpha: float) -> tuple[str, ...]:
        """The streams that reach 1/alpha by themselves, else those that bring at least a quarter of the total."""
        alone = [name for name, share in self._shares.items() if share.screened >= math.log(1 / alpha)]
        quarter = self.screened - math.log(4)
        by_size = sorted(self._shares, key=lambda name: -self._shares[name].screened)
        return tuple(alone or [name for name in by_size if self._shares[name].screened >= quarter] or by_size[:3])

    def _put(self, watch: Watch, evidence: Evidence, intent: str | None) -> None:
        weight = self._weight(watch, intent)
        if weight:
            harm = evidence.overall if intent is None else evidence.intents[intent].harm
            self._shares[name_of(watch, intent)] = _share(watch, harm, weight, watch.delta_of(intent))

    def _weight(self, watch: Watch, intent: str | None) -> float:
        half = {"all": 0.5, "intent": 0.0}[watch.per] * watch.weight
        return half if intent is None else (watch.weight - half) / len(self._plan.intents)


def name_of(watch: Watch, intent: str | None) -> str:
    """How a stream is named: `refusal max_increase`, `refusal max_increase [refund]`."""
    return watch.key if intent is None else f"{watch.key} [{intent}]"


def _share(watch: Watch, harm: Harm, weight: float, delta: float) -> Share:
    parts = list(_copies(watch, harm, weight))
    unopened = weight * (1 - FIRST) * (COPIES - 1 - len(harm.copies)) / (COPIES - 1)
    screened = _log_sum(log_e for log_e, estimate in parts if estimate >= delta)
    cash = math.log(unopened) if unopened > 0 else -math.inf
    return Share(screened, _log_sum([cash, *(log_e for log_e, _ in parts)]))


def _copies(watch: Watch, harm: Harm, weight: float) -> Iterator[tuple[float, float]]:
    """(log of weight x capital x E, estimated harm) of each open copy; the estimate is -inf before a first batch."""
    first = Opening((0.0,) * len(harm.log_e), 0.0, 0.0)
    for number, opening in enumerate((first, *harm.copies)):
        capital = FIRST if number == 0 else (1 - FIRST) / (COPIES - 1)
        log_e = float(mixture(np.array(harm.log_e) - np.array(opening.log_e), harm_weights(watch)))
        bottom = harm.bottom - opening.bottom
        yield math.log(weight * capital) + log_e, (harm.top - opening.top) / bottom if bottom > 0 else -math.inf


def _log_sum(logs: Iterator[float] | list[float]) -> float:
    values = [value for value in logs if value > -math.inf]
    top = max(values, default=-math.inf)
    return top + math.log(sum(math.exp(value - top) for value in values)) if values else -math.inf
