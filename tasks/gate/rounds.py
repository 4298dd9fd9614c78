"""Run the rounds of a gate: what is finished comes from the ledger, the rest from the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry.runtime.ids import new_id
from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Selection
from tasks.evaluation.executing import run_all
from tasks.evaluation.job import Arm, Job, interleaved
from tasks.evaluation.panel import Panel
from tasks.evaluation.result import CaseResult
from tasks.evaluation.runner import OnResult, Run
from tasks.evaluation.runner import run as run_here
from tasks.evaluation.scoring import Finding
from tasks.evaluation.seating import seat
from tasks.gate.comparing import CANDIDATE, LIVE, MUST_PASS
from tasks.gate.must_pass import RUNS
from tasks.gateway.budget import Budget
from tasks.gateway.cache import Cache
from tasks.gateway.gateway import Gateway
from tasks.ledger.eval_result import EvalResult
from tasks.release.record import Record
from tasks.release.workspace import Progress, Workspace


@dataclass
class Asked:
    """What running cases came to: the results, the calls made now, and why it stopped early, if it did."""

    results: list[CaseResult]
    calls: int
    cost_usd: float | None
    stopped: str | None


def gateway(workspace: Workspace, record: Record) -> Gateway:
    """The door to the models, with the environment's budget for one release."""
    return Gateway(Budget(max_usd=record.policy.budget_usd_per_release), Cache(workspace.roots.cache))


def ask(
    workspace: Workspace, door: Gateway, selection: Selection, jobs: Sequence[Job], *, test: str, stage: str
) -> Asked:
    """Run these jobs, telling about progress; on the cluster, if there is one."""
    before, told, panel, live = _begun(workspace, door, selection, jobs, stage)
    run = run_all(selection.evalset, jobs, door, test_id=test, on_result=told, panel=panel, live=live)
    return _asked(run, door, before)


async def ask_beside(
    workspace: Workspace, door: Gateway, selection: Selection, jobs: Sequence[Job], *, test: str, stage: str
) -> Asked:
    """`ask` in the running loop, beside others: `door` is a part of the one they share."""
    before, told, panel, live = _begun(workspace, door, selection, jobs, stage)
    run = await run_here(selection.evalset, jobs, door, test_id=test, on_result=told, panel=panel, live=live)
    return _asked(run, door, before)


def _begun(
    workspace: Workspace, door: Gateway, selection: Selection, jobs: Sequence[Job], stage: str
) -> tuple[int, OnResult, Panel, Arm | None]:
    """Calls made before, who hears of each result, who judges, and what `pairwise` compares with."""
    done = 0

    def told(_: CaseResult) -> None:
        nonlocal done
        done += 1
        workspace.tell(Progress(stage, done, len(jobs), door.budget.told))

    panel = seat(selection.evalset, workspace.catalog, [job.arm.model for job in jobs])
    live = next((job.arm for job in jobs if job.arm.name == LIVE), None)
    return door.budget.calls, told, panel, live


def _asked(run: Run, door: Gateway, before: int) -> Asked:
    return Asked(run.results, door.budget.calls - before, spent(door.budget), _stopped(run))


def _stopped(run: Run) -> str | None:
    return f"{run.stopped}; {run.left} of {run.left + len(run.results)} cases were not asked" if run.stopped else None


def spent(budget: Budget) -> float | None:
    """USD, None when a call had no known price."""
    return None if budget.unpriced else budget.usd


def round_jobs(selection: Selection, arms: Sequence[Arm], number: int) -> list[Job]:
    """All cases under all arms, interleaved; in the first round the must-pass cases get the rest of their runs."""
    jobs = list(interleaved(selection.cases, arms, [number]))
    if number == 1:
        candidate = next(arm for arm in arms if arm.name == CANDIDATE)
        again = Arm(MUST_PASS, candidate.artifact, candidate.model)
        asked = [case for case in selection.cases if _must_pass(selection, case)]
        jobs += [Job(case, again, extra) for extra in range(2, RUNS + 1) for case in asked]
    return jobs


def _must_pass(selection: Selection, case: Case) -> bool:
    return any(assertion.must_pass for assertion in selection.evalset.asked_of(case))


def rows(results: Sequence[CaseResult], gate_test_id: str, at: datetime) -> list[EvalResult]:
    """Results as the ledger keeps them."""
    run_id = new_id("run_")
    return [
        EvalResult(
            run_id=run_id,
            gate_test_id=gate_test_id,
            round=r.round,
            arm=r.arm,
            behavior=r.behavior,
            case_id=r.case_id,
            cluster_id=r.cluster,
            intent=r.intent,
            status=r.status,
            score=r.score,
            assertions=[finding._asdict() for finding in r.findings],
            output=r.output,
            prompt_tokens=r.prompt_tokens,
            output_tokens=r.output_tokens,
            cost_usd=r.cost_usd,
            latency_ms=r.latency_ms,
            at=at,
        )
        for r in results
    ]


def results(kept: Sequence[EvalResult], selection: Selection) -> list[CaseResult]:
    """Results as the gate reads them, from the ledger's rows."""
    adversarial = {case.id for case in selection.cases if case.adversarial}
    return [_result(row, row.case_id in adversarial) for row in kept]


def _result(row: EvalResult, adversarial: bool) -> CaseResult:
    return CaseResult(
        case_id=row.case_id,
        cluster=row.cluster_id,
        intent=row.intent,
        adversarial=adversarial,
        arm=row.arm,
        behavior=row.behavior,
        round=row.round,
        score=row.score,
        findings=tuple(_finding(finding) for finding in row.assertions),
        output=row.output,
        cost_usd=row.cost_usd,
        latency_ms=row.latency_ms,
        from_cache=True,
    )


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(**{name: found[name] for name in Finding._fields})
