"""What a gate compares: versions, eval set, margin, and the test that goes on over attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from registry.artifact import PromptVersion
from registry.errors import EvalSetError
from tasks.evaluation import arms, evalset
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm
from tasks.gate.comparing import ANCHOR, CANDIDATE, LIVE
from tasks.gate.judging import Judging, judging_of
from tasks.gate.look import CAPS
from tasks.ledger import anchor, drift_alarm, gate_test, release
from tasks.ledger.gate_test import GateTest
from tasks.ledger.store import Reader, Transaction
from tasks.release.record import Record
from tasks.release.verdict import Decision, Verdict
from tasks.release.workspace import Workspace
from tasks.statistics.power import Components, Margin, margin

PASS_STANDS = timedelta(days=7)


@dataclass(frozen=True)
class Subject:
    """The versions to compare, on these cases. `arms` has the candidate first; without a baseline it has only that.

    `judging` is None for a set that no model judges.
    """

    version: PromptVersion
    selection: Selection
    arms: tuple[Arm, ...]
    judging: Judging | None = None

    @property
    def rounds_max(self) -> int:
        return self.selection.evalset.rounds(self.arms[0].model.key)

    @property
    def components(self) -> Components:
        """As measured on this eval set, else the assumed ones."""
        told = self.selection.evalset.components
        return Components(told.w2, told.s2, told.deff, told.measured) if told else Components()

    @property
    def margins(self) -> Margin:
        """What the set can hold, and the cap of this risk."""
        return margin(self.components, len(self.selection.cases), self.rounds_max, CAPS[self.version.risk])

    @property
    def margin(self) -> float:
        """Frozen with the eval set, capped by risk, and made smaller by what a judge lets through."""
        return self.margins.value * (self.judging.factor if self.judging else 1.0)


def of_record(workspace: Workspace, record: Record, *, full: bool) -> Subject:
    """Candidate, live, and on the full set the anchor where it is another one. Raises EvalSetError without evals."""
    version = workspace.catalog.get(record.prompt_id, record.to_version)
    if version.evals is None:
        raise EvalSetError(
            f"{version.name} names no eval sets",
            expected="evals: {fast: <set>/<subset>, full: <set>/<subset>} in the version file",
            fix="Add them to a new version: without cases nothing can be gated",
        )
    selection = evalset.load(workspace.roots.evalsets, version.evals.full if full else version.evals.fast)
    found = tuple(_arms(workspace, record, version, full=full))
    if record.from_behavior is None:
        _comparable(selection)
    return Subject(version, selection, found, judging_of(workspace, selection, found))


def _comparable(selection: Selection) -> None:
    """Raises EvalSetError where an assertion needs the live version that a first release does not have."""
    asked = [one for case in selection.cases for one in selection.evalset.asked_of(case)]
    if any(part.with_live for one in asked for part in one.parts):
        raise EvalSetError(
            f"{selection.name} compares answers with live's, and nothing is live yet",
            expected="for a first release a `pairwise` with a text to compare with",
            fix="Give it `value` or `expected` for now, or make a first version live with `promptship live pin`",
        )


def _arms(workspace: Workspace, record: Record, version: PromptVersion, *, full: bool) -> Sequence[Arm]:
    catalog, publisher = workspace.catalog, workspace.publisher
    found = [arms.of_candidate(CANDIDATE, catalog.behavior(version), catalog)]
    if record.from_behavior is None:
        return found
    found.append(arms.of_published(LIVE, record.from_behavior, catalog, publisher, record.environment))
    tied = anchor.behavior(workspace.store, record.environment, record.prompt_id) if full else None
    if tied is not None and tied not in (record.from_behavior, record.to_behavior):
        found.append(arms.of_published(ANCHOR, tied, catalog, publisher, record.environment))
    return found


def identity(subject: Subject, redraw: int, drifted: datetime | None) -> dict[str, Any]:
    """What makes it the same test; `redraw` counts the tests of this subject that do not stand any more.

    `drifted`: after a drift of one of its models was confirmed, live and anchor are asked again too: another test.
    """
    behaviors = {arm.name: arm.artifact.behavior for arm in subject.arms}
    named = {
        "candidate": behaviors[CANDIDATE],
        "baseline": behaviors.get(LIVE),
        "anchor": behaviors.get(ANCHOR),
        "evalset": f"{subject.selection.name}@{subject.selection.sha}",
        "judge": subject.judging.identity if subject.judging else None,
        "models": sorted({arm.model.key for arm in subject.arms}),
    }
    later = {"redraw": redraw} if redraw else {}
    return named | later | ({"drifted": drifted.isoformat()} if drifted else {})


def drifted(reader: Reader, subject: Subject) -> datetime | None:
    """When the newest drift of a model that this subject compares was confirmed; None when none ever was."""
    return drift_alarm.newest(reader, {arm.model.key for arm in subject.arms})


def standing(tx: Transaction, subject: Subject, record: Record, now: datetime) -> GateTest:
    """The test to go on with: the one of this subject, or a new one when its pass is old or was rolled back since."""
    redraw, since = 0, drifted(tx, subject)
    while True:
        test = gate_test.open_or_resume(
            tx, identity(subject, redraw, since), margin=subject.margin, rounds_max=subject.rounds_max, now=now
        )
        if not _fallen(tx, test, record, now):
            return test
        redraw += 1


def kept(reader: Reader, subject: Subject, record: Record, now: datetime) -> GateTest | None:
    """The test that `standing` would go on with, where it exists already."""
    redraw, since = 0, drifted(reader, subject)
    while True:
        test = gate_test.get(reader, gate_test.identity(identity(subject, redraw, since)))
        if test is None or not _fallen(reader, test, record, now):
            return test
        redraw += 1


def _fallen(reader: Reader, test: GateTest, record: Record, now: datetime) -> bool:
    if test.verdict != Verdict.PASS or test.closed_at is None:
        return False
    tried = release.attempts(reader, record.environment, record.prompt_id, record.to_behavior)
    since = [
        row for row in tried if row.decision == Decision.ROLL_BACK and row.ended_at and row.ended_at > test.closed_at
    ]
    return bool(since) or now - test.closed_at > PASS_STANDS
