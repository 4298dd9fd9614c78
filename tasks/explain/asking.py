"""An explanation out of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

from registry.errors import LedgerError, UsageError
from tasks.ledger import windowed
from tasks.ledger.store import Reader
from tasks.ledger.windowed import Asked, Counted

from .explain import Explanation, explain
from .factors import drivers_of, is_priced, levels
from .moments import Moments

Shas = Callable[[str], Mapping[str, str] | None]


def ask(reader: Reader, asked: Asked, published: Shas) -> Explanation:
    """Why the metric moved. `published` knows components of behaviors that no release of this ledger had, or None.

    Raises LedgerError when a window has no value of the metric, UsageError for one that is no mean over requests.
    """
    _mean(asked.metric)
    wanted = drivers_of(asked.metric)
    seen = windowed.counted(reader, asked, wanted)
    _both(asked, seen)
    drivers = [name for name in wanted if _everywhere(seen, name)]
    components, switched = _levels(reader, seen, published)
    rows = [Moments(**row) for row in windowed.moments(reader, asked, drivers)]
    priced = is_priced(asked.metric)
    return explain(asked.metric, rows, drivers, components, switched, priced=priced, seed=_seed(asked))


def _mean(metric: str) -> None:
    if metric == "cost_per_resolved":
        raise UsageError(
            f"{metric!r} is a ratio of two metrics",
            expected="a metric that is a mean over requests",
            fix="Explain cost, and resolved",
        )


def _both(asked: Asked, seen: Sequence[Counted]) -> None:
    for side, window in enumerate((asked.before, asked.after)):
        if not any(one.side == side for one in seen):
            span = f"{window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M}"
            of = f" of behavior {window.behavior[:12]}" if window.behavior else ""
            raise LedgerError(
                f"no request{of} from {span} has a value of {asked.metric!r}",
                expected="requests with the metric in both windows",
                fix=f"See what is measured with `promptship metrics {asked.prompt_id} --by day`, or change --since",
            )


def _everywhere(seen: Sequence[Counted], driver: str) -> bool:
    """Measured in both windows: what only one of them measured cannot be compared."""
    return all(any(one.known[driver] for one in seen if one.side == side) for side in (0, 1))


def _levels(
    reader: Reader, seen: Sequence[Counted], published: Shas
) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]]]:
    behaviors = sorted({one.behavior for one in seen})
    released = windowed.component_shas(reader, behaviors)
    reference = next(one.behavior for one in seen if one.side == 0)
    return levels({name: released.get(name) or published(name) for name in behaviors}, reference)


def _seed(asked: Asked) -> int:
    """The same question draws the same resamples, however the clock has moved."""
    about = f"{asked.environment}/{asked.prompt_id}/{asked.metric}"
    return int.from_bytes(hashlib.sha256(about.encode()).digest()[:8], "big")
