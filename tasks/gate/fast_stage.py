"""The fast gate as a stage: some thirty dev cases, once, against live."""

from __future__ import annotations

from tasks.evaluation.job import interleaved
from tasks.gate.comparing import CANDIDATE, pairs
from tasks.gate.fast import decide_fast
from tasks.gate.look import Look
from tasks.gate.rounds import ask, gateway
from tasks.gate.stage import evidence_of
from tasks.gate.subject import of_record
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

STAGE = "fast gate"


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Reject what is clearly worse before the full set is paid for."""
    subject = of_record(workspace, record, full=False)
    jobs = list(interleaved(subject.selection.cases, subject.arms, [1]))
    test = f"{record.release_id}:{record.from_behavior}:fast"
    asked = ask(workspace, gateway(workspace, record), subject.selection, jobs, test=test, stage=STAGE)
    if asked.stopped is not None:
        return StageOutcome(Verdict.ERROR, asked.stopped, {}, asked.calls, asked.cost_usd)
    look = Look(pairs(asked.results, 1), rounds_done=1, rounds_max=1, margin=0.0, risk=subject.version.risk)
    verdict = decide_fast(look)
    evidence = evidence_of(verdict, asked.results)
    scores = {result.case_id: result.score for result in asked.results if result.arm == CANDIDATE}
    evidence |= {"evalset": subject.selection.name, "evalset_sha": subject.selection.sha, "scores": scores}
    return StageOutcome(verdict.verdict, verdict.reason, evidence, asked.calls, asked.cost_usd)
