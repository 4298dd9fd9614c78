"""Live prompts that fall back to the model of an upgrade: does their contract hold on it?"""

from __future__ import annotations

from tasks.ledger.matrix_cell import MatrixCell
from tasks.matrix import gathering, running
from tasks.matrix.plan import SMOKE_CALLS, Budget, Plan, Planned
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace


def smoke(workspace: Workspace, environment: str, model: str) -> list[MatrixCell]:
    """Eight answers of each pair, within the money of a night; the matrix keeps them. None where it cannot be asked."""
    now, rules = workspace.now(), workspace.catalog.environments.environment(environment)
    pairs = [
        cell
        for cell in gathering.cells(workspace, environment, now)
        if (cell.role, cell.model) == ("fallback", model) and cell.cases and cell.obstacle is None
    ]
    rows = tuple(Planned("smoke", cell.name, SMOKE_CALLS, None, f"upgrade to {model}", cell) for cell in pairs)
    budget = Budget(None, rules.budget.usd_per_night)
    return running.run(workspace, Plan(now.date(), rows, (), budget), lambda _: None)


def sentence(pair: MatrixCell) -> str:
    """A smoke never passes a cell: what is not rejected holds as far as eight answers can say."""
    held = "holds" if pair.verdict == Verdict.INCONCLUSIVE else pair.verdict
    return f"fallback {pair.prompt_id}@{pair.version} on {pair.model}: {held}, {pair.reason}"
