"""Live prompts that fall back to the new model, or from it: does their contract hold there?"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tasks.ledger.matrix_cell import MatrixCell
from tasks.matrix import gathering, running
from tasks.matrix.plan import SMOKE_CALLS, Budget, Plan, Planned
from tasks.release.orders import ReleaseOrder
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace


def smoke(workspace: Workspace, environment: str, model: str, column: Collection[str]) -> list[MatrixCell]:
    """Eight answers of each pair, within the money of a night; the matrix keeps them. None where it cannot be asked.

    Pairs whose fallback is `model`, and those of the prompts of `column`, whose primary model it becomes.
    """
    now, rules = workspace.now(), workspace.catalog.environments.environment(environment)
    pairs = [
        cell
        for cell in gathering.cells(workspace, environment, now)
        if cell.role == "fallback" and (cell.model == model or cell.prompt in column)
        if cell.cases and cell.obstacle is None
    ]
    rows = tuple(Planned("smoke", cell.name, SMOKE_CALLS, None, f"upgrade to {model}", cell) for cell in pairs)
    budget = Budget(None, rules.budget.usd_per_night)
    return running.run(workspace, Plan(now.date(), rows, (), budget), lambda _: None)


def verdict(pair: MatrixCell) -> Verdict:
    """A smoke never passes a cell: what is not rejected holds as far as eight answers can say."""
    return Verdict.PASS if pair.verdict == Verdict.INCONCLUSIVE else Verdict(pair.verdict)


def sentence(pair: MatrixCell) -> str:
    return f"fallback {pair.prompt_id}@{pair.version} on {pair.model}: {pair.reason}"


def on_itself(workspace: Workspace, orders: Sequence[ReleaseOrder], model: str) -> list[str]:
    """Candidates that have their own model as a fallback: an upgrade changes the model and nothing else."""
    found = [order for order in orders if model in workspace.catalog.get(order.prompt, order.number).fallbacks]
    return [f"{order.version} falls back to its own model: name another one in its next version" for order in found]
