"""The old version's recent units: what scales, priors and intents are frozen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_INTENTS = 12
"""More intents are watched together as `other`: each one halves what is left for the rest."""


@dataclass(frozen=True, slots=True)
class History:
    """Unit values of the live version over the last days, metric -> intent -> values, made as `Unit.values` are.

    `units_per_day` is today's traffic, None = not known.
    """

    values: Mapping[str, Mapping[str, Sequence[float]]]
    units_per_day: float | None = None

    @property
    def collected(self) -> list[str]:
        """The metrics that were really measured."""
        return sorted(metric for metric in self.values if self.of(metric).size)

    def of(self, metric: str, intent: str | None = None) -> NDArray[np.float64]:
        """All values of a metric, or those of one intent; empty when there are none."""
        by_intent = self.values.get(metric, {})
        chosen = [values for label, values in by_intent.items() if intent in (None, label)]
        return np.concatenate([np.asarray(values, float) for values in chosen]) if chosen else np.empty(0)

    def intents(self) -> tuple[str, ...]:
        """The most frequent intents by the best covered metric, and `other` last."""
        counts: dict[str, int] = {}
        for by_intent in self.values.values():
            for label, values in by_intent.items():
                counts[label] = max(counts.get(label, 0), len(values))
        ranked = sorted((label for label in counts if label != "other" and counts[label]), key=lambda key: -counts[key])
        return (*ranked[:MOST_INTENTS], "other")
