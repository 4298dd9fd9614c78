"""What scores the answers of one version: its eval set's assertions, or a judge that was found fit for that."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.artifact import Output
from registry.errors import EvalSetError, RenderError
from tasks.calibration import keeping
from tasks.calibration.rubrics import rubrics_sha
from tasks.calibration.standing import doubts
from tasks.evaluation import arms, evalset
from tasks.evaluation.asking import instructions
from tasks.evaluation.assertion import Assertion
from tasks.evaluation.evalset import Library
from tasks.evaluation.job import Arm
from tasks.evaluation.panel import Asking, Panel
from tasks.evaluation.scoring import judge, questions, score
from tasks.evaluation.seating import seat
from tasks.gateway.gateway import Gateway
from tasks.ledger.trace import Trace
from tasks.release.workspace import Workspace

from .askable import By, askable
from .scored import Scored, answer_of, case_of

TIMEOUT_S = 120.0
SOURCE = "sample:"
"""How feedback begins that this scored: an application that reports `quality` itself is something else."""
_TEXT = Output()
"""The output contract has a metric of its own, schema_ok."""


@dataclass(frozen=True)
class Assessor:
    library: Library
    by: By
    asked: tuple[Assertion, ...]
    panel: Panel
    arm: Arm

    @property
    def source(self) -> str:
        """The same for scores that may be compared: the eval set's version, and who judged."""
        return f"{SOURCE}{self.library.evalset.name}@{self.library.sha[:12]} {self.by}"

    @property
    def families(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.family for one in self.asked))

    def assess(self, traces: Sequence[Trace], gateway: Gateway) -> list[Scored]:
        """In the same order. Raises BudgetSpent."""
        return asyncio.run(self._all(traces, gateway))

    async def _all(self, traces: Sequence[Trace], gateway: Gateway) -> list[Scored]:
        return list(await asyncio.gather(*(self._one(trace, trace.output or "", gateway) for trace in traces)))

    async def _one(self, trace: Trace, output: str, gateway: Gateway) -> Scored:
        case, answer = case_of(trace), answer_of(trace, output, self._instructions(trace.variables or {}))
        asking = Asking(trace.trace_id, 1, gateway, f"quality {self.source}", TIMEOUT_S)
        opinions = await self.panel.opinions(questions(self.asked, case, answer), asking)
        found = judge(self.asked, case, answer, _TEXT, opinions)
        return Scored(trace, score(found), found)

    def _instructions(self, variables: Mapping[str, object]) -> tuple[str, ...]:
        """Empty where redaction left a variable that the prompt does not take."""
        try:
            return instructions(self.arm.artifact.render(**variables))
        except RenderError:
            return ()


def assessor(workspace: Workspace, prompt_id: str, version: str, by: By) -> Assessor:
    """Of a version in the registry. Raises EvalSetError when it has nothing to ask, or the judge is not fit."""
    known = workspace.catalog.get(prompt_id, version)
    name = known.evals.full.split("/")[0] if known.evals else None
    if name is None:
        raise _nothing(f"{prompt_id}@{version} names no eval set", by)
    library = evalset.read(workspace.roots.evalsets, name)
    asked = askable(library.evalset.assertions, by)
    if not asked:
        raise _nothing(f"eval set {name!r} has nothing to ask of a live answer", by)
    arm = arms.of_candidate(known.name, workspace.catalog.behavior(known), workspace.catalog)
    panel = seat(library.evalset, workspace.catalog, [arm.model])
    if by == "judge":
        _fit(workspace, library, panel)
    return Assessor(library, by, asked, panel, arm)


def _nothing(found: str, by: By) -> EvalSetError:
    wanted, other = {
        "assertions": ("that no judge decides and that needs no expected value", "ask the judge with --judge"),
        "judge": ("that asks a judge, with a rubric that needs no reference", "leave --judge out"),
    }[by]
    return EvalSetError(
        found, expected=f"a soft assertion for all cases {wanted}", fix=f"Add one to evalset.yaml, or {other}"
    )


def _fit(workspace: Workspace, library: Library, panel: Panel) -> None:
    name = library.evalset.name
    kept = keeping.read(workspace.roots.evalsets, name)
    found = doubts(name, rubrics_sha(library), panel.behaviors, kept)
    if found:
        raise EvalSetError(
            f"the judge of {name!r} may not score live answers: {'; '.join(found)}",
            expected="a judge that agrees with people's labels",
            fix="Calibrate it, or leave --judge out",
        )
