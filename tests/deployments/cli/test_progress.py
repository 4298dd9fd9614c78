from __future__ import annotations

from io import StringIO

from rich.console import Console

from deployments.cli.progress import shown
from tasks.gateway.budget import Budget
from tasks.release.workspace import Progress


def drawn(*, terminal: bool) -> str:
    written, budget = StringIO(), Budget()
    with shown(Console(file=written, force_terminal=terminal, width=120)) as tell:
        for done, usd in ((1, 0.5), (2, 0.25), (3, None)):
            budget.pay(usd)
            tell(Progress("gate round 2", done, 3, budget.told))
        tell(Progress("fast_gate", 3, 3, "[b]passed[/b]", ended=True))
    return written.getvalue()


def test_cases_and_cost_are_shown_as_they_come() -> None:
    text = drawn(terminal=True)
    assert all(part in text for part in ("gate round 2", "3/3", "0.75 USD, 1 calls without a price"))
    assert "fast gate: [b]passed[/b]" in text, "what a stage says is no markup"


def test_nothing_is_drawn_where_nobody_watches() -> None:
    assert drawn(terminal=False) == ""
