"""Where an eval run happens: in this process, or on a cluster."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

from tasks.gateway.gateway import Gateway

from .evalset_file import EvalSet
from .job import Arm, Job
from .panel import NOBODY, Panel
from .runner import TIMEOUT_S, OnResult, Run, run, silent


def run_all(
    evalset: EvalSet,
    jobs: Iterable[Job],
    gateway: Gateway,
    *,
    test_id: str | None,
    on_result: OnResult = silent,
    timeout_s: float = TIMEOUT_S,
    panel: Panel = NOBODY,
    live: Arm | None = None,
) -> Run:
    """`run`, for callers without an event loop; on the cluster that PROMPTSHIP_EXECUTOR names, if it names one."""
    if os.environ.get("PROMPTSHIP_EXECUTOR"):
        from .cluster import scheduler
        from .spreading import Work, spread

        if address := scheduler():
            work = Work(evalset, test_id, timeout_s, panel, live, gateway.cache, gateway.retries)
            return spread(address, work, list(jobs), gateway.budget, on_result)
    return asyncio.run(
        run(evalset, jobs, gateway, test_id=test_id, on_result=on_result, timeout_s=timeout_s, panel=panel, live=live)
    )
