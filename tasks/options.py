"""How Prefect runs the stages: retries, caching and persistence as data.

Only infrastructure is retried here (a locked ledger, storage out of reach). Model calls are retried by the gateway,
and what a stage has done is in the ledger, so nothing is cached or persisted by Prefect.
"""

from __future__ import annotations

from typing import Any, Final

from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task, exponential_backoff

from registry.errors import GenerationTaken, LedgerLocked, LedgerUnwritable

_INFRASTRUCTURE = (LedgerLocked, LedgerUnwritable, GenerationTaken, ConnectionError, TimeoutError, OSError)


async def infrastructure(_: Task[..., Any], __: TaskRun, state: State[Any]) -> bool:
    """Whether this failure may pass by itself: never a verdict, never a person's mistake."""
    result = await state.aresult(raise_on_failure=False)
    return isinstance(result, _INFRASTRUCTURE)


ONCE: Final[dict[str, Any]] = {"cache_policy": NO_CACHE, "persist_result": False}
"""For what would not be the same a second time: going back to the version before live goes back one further."""

STAGE: Final[dict[str, Any]] = {
    **ONCE,
    "retries": 3,
    "retry_delay_seconds": exponential_backoff(1),
    "retry_jitter_factor": 0.3,
    "retry_condition_fn": infrastructure,
}
