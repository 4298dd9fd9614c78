"""What a gate may rely on when a judge scores: nothing by itself, until the judge was compared with people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from registry import behavior
from tasks.calibration import keeping, standing
from tasks.calibration.calibration import Calibration
from tasks.calibration.label import Label
from tasks.calibration.rubrics import judged_parts, rubrics_sha
from tasks.evaluation import evalset
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm
from tasks.evaluation.panel import Panel
from tasks.evaluation.result import CaseResult
from tasks.evaluation.seating import seat
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.release.workspace import Workspace

LENGTH_RATIO = 1.25
"""Answers that grew or shrank by more than this change what a judge likes, not only what it judges."""


@dataclass(frozen=True)
class Judging:
    """The judges of an eval set and how they did against people. `rubrics` is None when no judge is asked.

    `pairs` are people's labels of answers of two versions; `relatives` judges of the same provider as a judged model.
    """

    panel: Panel
    rubrics: str | None
    calibration: Calibration | None
    evalset: str
    pairs: tuple[Label, ...] = ()
    relatives: tuple[str, ...] = ()

    @property
    def identity(self) -> dict[str, Any]:
        """What makes it the same judge in the same standing: part of the gate test's own identity."""
        told = None if self.calibration is None else behavior.sha(self.calibration.model_dump(mode="json"))
        labels = [label.model_dump(mode="json") for label in self.pairs]
        return {"panel": self.panel.identity, "calibration": told, "pairs": behavior.sha(labels) if labels else None}

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the judge may not pass a version alone; none when nothing is judged."""
        return standing.doubts(self.evalset, self.rubrics, self.panel.behaviors, self.calibration)

    @property
    def factor(self) -> float:
        """What is left of a true difference after the judge: J of a fit judge. The margin is made smaller by it."""
        if self.rubrics is None or self.doubts or self.calibration is None:
            return 1.0
        return self.calibration.agreement.youden or 1.0

    @property
    def evidence(self) -> dict[str, Any]:
        """For the stage's evidence: what was relied on."""
        told = None if self.calibration is None else self.calibration.model_dump(mode="json")
        return {
            "panel": self.panel.identity,
            "calibration": told,
            "doubts": list(self.doubts),
            "same_provider": list(self.relatives),
        }


def judging_of(workspace: Workspace, selection: Selection, arms: Sequence[Arm]) -> Judging | None:
    """None for a set without judges. Raises EvalSetError for a judge that is the judged model."""
    told = selection.evalset
    if told.judge is None:
        return None
    panel = seat(told, workspace.catalog, [arm.model for arm in arms])
    root = workspace.roots.evalsets
    library = evalset.read(root, told.name)
    providers = {arm.model.provider for arm in arms}
    return Judging(
        panel=panel,
        rubrics=rubrics_sha(library),
        calibration=keeping.read(root, told.name),
        evalset=told.name,
        pairs=keeping.pairs(root, told.name, {case.id for case in library.cases}),
        relatives=tuple(arm.name for arm in panel.judges.values() if arm.model.provider in providers),
    )


class Confirm(NamedTuple):
    """What a person has to agree with before a judged version may pass; labels of pairs settle `doubts`."""

    doubts: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.doubts + self.cases


def confirmations(judging: Judging | None, selection: Selection, results: Sequence[CaseResult]) -> Confirm:
    """Nothing where no judge is asked."""
    if judging is None or judging.rubrics is None:
        return Confirm()
    return Confirm((*judging.doubts, *_longer(results)), tuple(_unsafe(selection, results)))


def warning(judging: Judging | None) -> str:
    """For the end of a verdict's sentence; empty when there is nothing to warn of."""
    if judging is None or not judging.relatives:
        return ""
    return f" Of the same provider as the judged model: {', '.join(judging.relatives)}."


def _unsafe(selection: Selection, results: Iterable[CaseResult]) -> Iterator[str]:
    """Adversarial cases that a judge failed are for a person: a judge rejects nothing."""
    judged = {
        case.id: {part.family for part in judged_parts(selection.evalset, case)}
        for case in selection.cases
        if case.adversarial
    }
    failed = sorted(
        {
            result.case_id
            for result in results
            if result.arm == CANDIDATE
            for finding in result.findings
            if finding.status == "failed" and finding.metric in judged.get(result.case_id, ())
        }
    )
    if failed:
        shown = ", ".join(repr(case_id) for case_id in failed[:5])
        yield f"the judge failed {len(failed)} adversarial case(s): {shown}"


def _longer(results: Sequence[CaseResult]) -> Iterator[str]:
    lengths = {
        arm: [len(result.output) for result in results if result.arm == arm and result.output is not None]
        for arm in (CANDIDATE, LIVE)
    }
    new, old = (fmean(lengths[arm]) if lengths[arm] else 0.0 for arm in (CANDIDATE, LIVE))
    if old and new and max(new / old, old / new) > LENGTH_RATIO:
        yield f"answers are {new / old:.2f} times as long as live's, and a judge may like that"
