"""What the judge says of answers that people labelled, in the way a run asks it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from registry.artifact import Output
from tasks.evaluation.answer import Answer, Asked
from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library
from tasks.evaluation.panel import Asking, Panel
from tasks.evaluation.scoring import judge, questions
from tasks.gateway.gateway import Gateway

from .label import Label
from .rubrics import meant

TIMEOUT_S = 120.0
_TEXT = Output()


def verdicts(
    library: Library, labels: Sequence[Label], panel: Panel, gateway: Gateway, test_id: str | None
) -> list[bool | None]:
    """Whether the judge found each answer good; None where it gave no answer that can be read. Raises BudgetSpent."""
    cases = {case.id: case for case in library.cases}
    return asyncio.run(_all(library, cases, labels, panel, gateway, test_id))


async def _all(
    library: Library,
    cases: Mapping[str, Case],
    labels: Sequence[Label],
    panel: Panel,
    gateway: Gateway,
    test_id: str | None,
) -> list[bool | None]:
    async def one(label: Label) -> bool | None:
        asking = Asking(label.case, 1, gateway, test_id, TIMEOUT_S)
        return await _verdict(library, cases[label.case], label, panel, asking)

    return list(await asyncio.gather(*map(one, labels)))


async def _verdict(library: Library, case: Case, label: Label, panel: Panel, asking: Asking) -> bool | None:
    asked = [meant(library.evalset, case, label)]
    answer = Answer(label.answer, asked=Asked(case.variables, case.expected, live=label.against))
    opinions = await panel.opinions(questions(asked, case, answer), asking)
    finding = judge(asked, case, answer, _TEXT, opinions)[0]
    return None if finding.score is None else finding.status == "passed"
