"""The plan and the matrix in words."""

from __future__ import annotations

from itertools import groupby

from .plan import Plan
from .standing import Standing

COLUMNS = ("prompt", "model", "role", "tier", "verdict", "score", "95 % interval", "n", "USD", "on", "why")


def summary(plan: Plan) -> list[str]:
    """What it takes, then what it leaves out, by reason."""
    limits = [f"{plan.budget.calls:,} calls"] if plan.budget.calls is not None else []
    limits += [f"{plan.budget.usd:.2f} USD"] if plan.budget.usd is not None else []
    price = f"{plan.usd:.2f} USD" + (f" and {plan.unpriced} calls without a known price" if plan.unpriced else "")
    took = f"{plan.night}: {plan.calls:,} calls and {plan.short_calls:,} of one token, {price}"
    lines = [f"{took}; budget {' and '.join(limits) or 'without limit'}"]
    left = sorted(plan.left_out, key=lambda row: (row.why, row.target))
    for why, rows in groupby(left, key=lambda row: row.why):
        lines.append(f"left out, {why}: {', '.join(f'{row.target} ({row.what})' for row in rows)}")
    return lines if left else [*lines, "nothing is left out"]


def row(one: Standing) -> tuple[object, ...]:
    """As `COLUMNS`."""
    tested = one.score is not None
    return (
        f"{one.prompt}@{one.version}",
        one.model,
        one.role,
        one.tier,
        one.verdict,
        f"{one.score:.3f}" if tested else None,
        f"{one.low:.3f} to {one.high:.3f}" if tested else None,
        one.n or None,
        one.cost_usd,
        f"{one.at:%Y-%m-%d}" if one.at else None,
        one.reason,
    )
