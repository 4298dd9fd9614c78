"""What the matrix says today: the newest look that still counts, for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tasks.ledger import matrix_cell
from tasks.ledger.matrix_cell import MatrixCell
from tasks.ledger.store import Reader
from tasks.release.verdict import Verdict

from .cell import Cell

NOT_TESTED: Final = "not_tested"


@dataclass(frozen=True)
class Standing:
    """`verdict` is pass, reject, inconclusive, error or not_tested. `at` and numbers are None when it is not tested."""

    prompt: str
    version: str
    model: str
    role: str
    tier: str
    verdict: str
    reason: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    cost_usd: float | None = None
    at: datetime | None = None


def standings(reader: Reader, cells: Sequence[Cell]) -> list[Standing]:
    """In the order of `cells`."""
    looks = {(row.behavior, row.model, row.look): row for row in matrix_cell.newest(reader)}
    return [
        standing(cell, looks.get((cell.behavior, cell.key, "eval")), looks.get((cell.behavior, cell.key, "smoke")))
        for cell in cells
    ]


def standing(cell: Cell, judged: MatrixCell | None, smoked: MatrixCell | None) -> Standing:
    """A judgement counts until drift; a newer smoke that failed counts more. A smoke alone is inconclusive."""
    if smoked is not None and smoked.verdict == Verdict.REJECT and (judged is None or smoked.at > judged.at):
        return _as_looked(cell, smoked)
    if judged is not None and cell.judged is None and judged.verdict != Verdict.ERROR:
        since = f"judged on {judged.at:%Y-%m-%d}, and the model drifted since: {judged.verdict} then"
        return Standing(*_place(cell), Verdict.INCONCLUSIVE, since, at=judged.at)
    found = judged or smoked
    if found is None:
        return Standing(*_place(cell), NOT_TESTED, cell.obstacle or "nobody looked yet")
    return _as_looked(cell, found)


def _as_looked(cell: Cell, row: MatrixCell) -> Standing:
    return Standing(
        *_place(cell),
        row.verdict,
        row.reason,
        score=row.score,
        low=row.low,
        high=row.high,
        n=row.n,
        cost_usd=row.cost_usd,
        at=row.at,
    )


def _place(cell: Cell) -> tuple[str, str, str, str, str]:
    return cell.prompt, cell.version, cell.model, cell.role, cell.tier
