"""Live answers drawn from the ledger, scored, and kept as the metric `quality` of their requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from registry.errors import EvalSetError, LedgerError, PromptshipError, RegistryError
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tasks.ledger import feedback, ingest, sampled, trace
from tasks.ledger.feedback import Feedback
from tasks.ledger.sampled import Served
from tasks.ledger.store import Transaction
from tasks.ledger.trace import Arm, Trace
from tasks.release.workspace import Workspace
from tasks.statistics.ratio import Ratio

from .askable import By
from .assessor import Assessor, assessor
from .scored import by_family, totals

METRIC = "quality"
ARMS: tuple[Arm, ...] = ("live", "canary", "holdback")


class Quality(NamedTuple):
    """One behavior version. `sums` is None when nothing was scored, then `why` says so; `families` are mean scores."""

    version: str
    behavior: str
    requests: int
    sampled: int
    unscored: int
    by: str | None
    sums: Ratio | None
    families: Mapping[str, float]
    why: str | None = None


class Draw(NamedTuple):
    """At most `size` answers of each behavior version of the last `back`; `max_usd` is for the judge."""

    environment: str
    prompt_id: str
    back: timedelta
    size: int
    by: By
    max_usd: float


def measure(workspace: Workspace, draw: Draw) -> list[Quality]:
    """The version with the newest request first; the same requests draw the same answers, and their last score counts.

    Raises LedgerError without requests, EvalSetError when no version can be scored, BudgetSpent.
    """
    served = _served(workspace, draw)
    asks = [_asks(workspace, draw, one) for one in served]
    refused = [one for one in asks if isinstance(one, PromptshipError)]
    if len(refused) == len(asks):
        raise refused[0]
    gateway = Gateway(Budget(max_usd=draw.max_usd), Cache(workspace.roots.cache))
    return [
        _blank(one, str(found)) if isinstance(found, PromptshipError) else _of(workspace, draw, one, found, gateway)
        for one, found in zip(served, asks, strict=True)
    ]


def _served(workspace: Workspace, draw: Draw) -> list[Served]:
    until = workspace.now()
    since = until - draw.back
    found = sampled.served(workspace.store, draw.environment, draw.prompt_id, since=since, until=until)
    if not found:
        raise LedgerError(
            f"no request of {draw.prompt_id!r} in {draw.environment!r} since {since:%Y-%m-%d %H:%M}",
            expected="requests that applications made",
            fix="Run `promptship trace ingest`, or look further back with --since",
        )
    return found


def _asks(workspace: Workspace, draw: Draw, served: Served) -> Assessor | PromptshipError:
    """A version that cannot be scored does not keep the others from it."""
    try:
        return assessor(workspace, draw.prompt_id, served.version, draw.by)
    except (RegistryError, EvalSetError) as error:
        return error


def _blank(served: Served, why: str | None = None) -> Quality:
    return Quality(served.version, served.behavior, served.requests, 0, 0, None, None, {}, why)


def _of(workspace: Workspace, draw: Draw, served: Served, asks: Assessor, gateway: Gateway) -> Quality:
    scored = asks.assess(_drawn(workspace, draw, served), gateway)
    now = workspace.now()
    rows = [
        Feedback(one.trace.trace_id, now, METRIC, one.score, asks.source) for one in scored if one.score is not None
    ]
    workspace.store.tx(lambda tx: _keep(tx, rows, asks.source))
    sums = totals(scored)
    return _blank(served)._replace(
        sampled=len(scored),
        unscored=sum(one.score is None for one in scored),
        by=asks.source,
        sums=sums,
        families=by_family(scored),
        why=None if sums else next((one.why for one in scored if one.why), "no answer of it is kept"),
    )


def _drawn(workspace: Workspace, draw: Draw, served: Served) -> list[Trace]:
    """Those that were answered: a request without an answer counts in `error`."""
    until = workspace.now()
    span = {"since": until - draw.back, "until": until}
    found = trace.sample(
        workspace.store, draw.environment, draw.prompt_id, **span, size=draw.size, seed=METRIC,
        behavior=served.behavior, arms=ARMS,
    )  # fmt: skip
    return [one for one in found if one.output is not None]


def _keep(tx: Transaction, rows: Sequence[Feedback], source: str) -> None:
    """What the same assertions said before of the same answer is not said again."""
    known = sampled.scores(tx, [row.trace_id for row in rows], source)
    new = [row for row in rows if known.get(row.trace_id) != row.value]
    if new:
        feedback.insert_many(tx, new, ingest.moment(tx, new[0].at))
