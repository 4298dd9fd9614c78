"""Carry out the looks of a plan, cell by cell, and keep what they came to."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from registry.artifact import PromptVersion
from registry.behavior import Behavior
from registry.runtime.artifact_file import Artifact, from_behavior
from registry.runtime.ids import new_id
from tasks.evaluation import evalset
from tasks.evaluation.case import Case
from tasks.evaluation.cluster import scheduler
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm, Job
from tasks.evaluation.result import CaseResult
from tasks.evaluation.together import together
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.gate.rounds import Asked, ask, ask_beside, round_jobs, spent
from tasks.gateway.budget import Budget
from tasks.gateway.gateway import Gateway
from tasks.ledger import matrix_cell
from tasks.ledger.matrix_cell import MatrixCell
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

from . import smoke
from .cell import Cell
from .judge import Judged, against_primary, of_primary
from .judge import score as score_of
from .plan import SMOKE_CALLS, Plan, Planned

AT_ONCE = 8
"""Looks at once: some wait for slow models, some for their last answers."""

Told = Callable[[MatrixCell], None]


def run(workspace: Workspace, plan: Plan, told: Told) -> list[MatrixCell]:
    """The smokes and evals of a plan within its budget, a row each, which `told` hears of. Nothing is cached.

    They begin in the order of the plan, several at once; a provider's limits hold for all of them together. A look that
    fails for a reason of its own is a row with the verdict `error`, and the others go on.
    """
    night = _Night(workspace, Gateway(Budget(*plan.for_looks)), str(plan.night), told)
    night.left.extend((row, row.cell) for row in plan.of("smoke", "eval") if row.cell is not None)
    asyncio.run(together(night.work() for _ in range(1 if scheduler() else AT_ONCE)))
    return night.found


@dataclass
class _Night:
    """What is left to look at, and what was found."""

    workspace: Workspace
    door: Gateway
    name: str
    told: Told
    left: deque[tuple[Planned, Cell]] = field(default_factory=deque)
    found: list[MatrixCell] = field(default_factory=list)

    async def work(self) -> None:
        while self.left:
            row, cell = self.left.popleft()
            self.found.append(await _look(self.workspace, self.door.part(), row, cell, self.name))
            self.told(self.found[-1])


async def _look(workspace: Workspace, door: Gateway, row: Planned, cell: Cell, night: str) -> MatrixCell:
    version = workspace.catalog.get(cell.prompt, cell.version)
    whole = evalset.load(workspace.roots.evalsets, version.evals.full if version.evals else "")
    selection = drawn(whole, row.cases or SMOKE_CALLS, f"{night} {cell.prompt}")
    looked = _smoke if row.what == "smoke" else _eval
    judged = await looked(workspace, door, cell, selection, version)
    kept = MatrixCell(
        prompt_id=cell.prompt,
        version=cell.version,
        behavior=cell.behavior,
        model=cell.key,
        role=cell.role,
        look="smoke" if row.what == "smoke" else "eval",
        evalset_sha=selection.sha,
        verdict=judged.verdict,
        reason=judged.reason,
        score=judged.score.value if judged.score else None,
        low=judged.score.low if judged.score else None,
        high=judged.score.high if judged.score else None,
        difference=judged.difference,
        n=judged.score.n if judged.score else 0,
        calls=door.budget.calls,
        cost_usd=spent(door.budget),
        at=workspace.now(),
    )
    workspace.store.tx(lambda tx: matrix_cell.insert(tx, kept))
    return kept


async def _smoke(
    workspace: Workspace, door: Gateway, cell: Cell, selection: Selection, version: PromptVersion
) -> Judged:
    """Eight answers; when they break the contract, eight fresh ones."""
    arm = arm_of(workspace, cell, CANDIDATE)
    draws: list[list[CaseResult]] = []
    while True:
        jobs = [Job(case, arm, len(draws) + 1) for case in selection.cases]
        asked = await _ask(workspace, door, selection, jobs, f"smoke {cell.name}")
        draws.append(asked.results)
        found = smoke.judge(draws, version)
        if not found.again or asked.stopped is not None:
            return Judged(found.verdict, found.reason, score_of(draws[-1]))


async def _eval(
    workspace: Workspace, door: Gateway, cell: Cell, selection: Selection, version: PromptVersion
) -> Judged:
    """Both models side by side, case by case, in the same hour."""
    arms = [arm_of(workspace, cell, CANDIDATE)]
    if cell.role != "primary":
        arms.append(replace(_published(workspace, cell), name=LIVE))
    asked = await _ask(workspace, door, selection, round_jobs(selection, arms, 1), f"matrix {cell.name}")
    if asked.stopped is not None:
        return Judged(Verdict.ERROR, asked.stopped, score_of(asked.results))
    if cell.role == "primary":
        return of_primary(asked.results, selection.evalset.min_score or 0.0)
    return against_primary(asked.results, cell.risk)


async def _ask(workspace: Workspace, door: Gateway, selection: Selection, jobs: Sequence[Job], stage: str) -> Asked:
    """The door has no cache: a cell is about today's model. A cluster is filled by one look."""
    test = new_id("op_")
    if scheduler():
        return await asyncio.to_thread(ask, workspace, door, selection, jobs, test=test, stage=stage)
    return await ask_beside(workspace, door, selection, jobs, test=test, stage=stage)


def arm_of(workspace: Workspace, cell: Cell, name: str) -> Arm:
    """The live version on the model of the cell, without its fallbacks."""
    primary = _published(workspace, cell)
    if cell.role == "primary":
        return replace(primary, name=name)
    model = workspace.catalog.models[cell.model]
    components = {**primary.artifact.components, "model": model.identity, "fallbacks": []}
    return Arm(name, from_behavior(Behavior(components)), model)


def _published(workspace: Workspace, cell: Cell) -> Arm:
    artifact: Artifact = workspace.publisher.get_artifact(cell.behavior)
    primary = workspace.catalog.get(cell.prompt, cell.version).model
    return Arm(LIVE, artifact, workspace.catalog.models[primary])


def drawn(whole: Selection, size: int, seed: str) -> Selection:
    """So many cases, the must-pass ones first, the rest by a hash of seed and case: the same every time."""

    def order(case: Case) -> tuple[bool, str]:
        must = any(assertion.must_pass for assertion in whole.evalset.asked_of(case))
        return not must, hashlib.sha256(f"{seed} {case.id}".encode()).hexdigest()

    return replace(whole, cases=tuple(sorted(whole.cases, key=order)[:size]))
