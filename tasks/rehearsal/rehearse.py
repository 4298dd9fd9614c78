"""Prove that a version can be gone back to, and keep the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from registry.errors import PromptshipError
from registry.runtime import routes_change
from registry.runtime.ids import new_id
from registry.runtime.routes import RouteTable
from tasks.evaluation import evalset
from tasks.evaluation.arms import of_published
from tasks.evaluation.job import Job
from tasks.gate.rounds import ask
from tasks.gateway.budget import Budget
from tasks.gateway.gateway import Gateway
from tasks.ledger import event, rehearsal
from tasks.ledger.rehearsal import Rehearsal
from tasks.ledger.store import Transaction
from tasks.release import traffic
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

from .decide import Bars, Proof, decide
from .reference import reference
from .subject import Subject
from .switching import switch


class Rehearsed(NamedTuple):
    """`seconds` is how long going back took; `cost_usd` None means unknown."""

    prompt: str
    version: str
    behavior: str
    verdict: Verdict
    reason: str
    seconds: float
    evalset: str
    calls: int
    cost_usd: float | None


class Answers(NamedTuple):
    """What today's model said: the verdict, the score of each case (None: no usable answer), and what it took."""

    proof: Proof
    evalset_sha: str | None = None
    scores: Mapping[str, float | None] | None = None
    calls: int = 0
    cost_usd: float | None = 0.0


Conclude = Callable[[Transaction, Rehearsed], None]


def rehearse(workspace: Workspace, subject: Subject, conclude: Conclude = lambda tx, done: None) -> Rehearsed:
    """Switch away and back in the sandbox, ask today's model, write the proof; one that passes certifies the version.

    `conclude` writes what follows from the proof in the proof's own transaction. An artifact, a model or a set that is
    not what it must be is a proof that failed. Raises LedgerError, RoutingError, OSError.
    """
    switched = switch(workspace, subject)
    answers = _asked(workspace, subject)
    found = answers.proof
    if switched.problem is not None and found.verdict is not Verdict.REJECT:
        found = Proof(Verdict.ERROR, switched.problem)
    reason = found.reason
    if found.verdict is Verdict.PASS:
        reason = f"{subject.back.version} can be gone back to in {switched.seconds * 1000:.0f} ms: {reason}"
    back, seconds = subject.back, switched.seconds
    took = (seconds, subject.evalset, answers.calls, answers.cost_usd)
    done = Rehearsed(subject.prompt_id, back.version, back.behavior, found.verdict, reason, *took)
    _store(workspace, subject, done, answers, conclude)
    if found.verdict is Verdict.PASS:
        _certify(workspace, subject)
    return done


def _asked(workspace: Workspace, subject: Subject) -> Answers:
    try:
        place = (workspace.catalog, workspace.publisher, subject.environment)
        arm = of_published("rehearsal", subject.back.behavior, *place)
        selection = evalset.load(workspace.roots.evalsets, subject.evalset)
        door = Gateway(Budget(max_usd=subject.budget_usd))
        jobs = [Job(case, arm, 1) for case in selection.cases]
        # The door has no cache: a rehearsal is about today's model.
        asked = ask(workspace, door, selection, jobs, test=new_id("op_"), stage="rehearsal")
    except PromptshipError as error:
        return Answers(Proof(Verdict.ERROR, f"{error.code}: {error}"))
    scores = {result.case_id: result.score for result in asked.results}
    took = (selection.sha, scores, asked.calls, asked.cost_usd)
    if asked.stopped is not None:
        return Answers(Proof(Verdict.ERROR, asked.stopped), *took)
    proved = reference(workspace.store, subject.back.behavior, selection.sha)
    bars = Bars(selection.evalset.min_score or 0.0, subject.schema_ok, proved)
    return Answers(decide(asked.results, bars), *took)


def _store(workspace: Workspace, subject: Subject, done: Rehearsed, answers: Answers, conclude: Conclude) -> None:
    asked = {"evalset_sha": answers.evalset_sha, "scores": answers.scores}
    evidence: dict[str, Any] = {"reason": done.reason, "evalset": done.evalset, "away": subject.away.version, **asked}
    about = {"environment": subject.environment, "prompt_id": done.prompt, "behavior": done.behavior}
    row = Rehearsal(**about, at=workspace.now(), seconds=done.seconds, verdict=done.verdict, evidence=evidence)

    def write(tx: Transaction) -> None:
        rehearsal.insert(tx, row)
        event.append(
            tx,
            kind=f"promptship.rehearsal.{done.verdict}",
            actor=workspace.actor,
            subjects=about,
            payload={"version": done.version, "reason": done.reason, "seconds": done.seconds},
            at=row.at,
        )
        conclude(tx, done)

    workspace.store.tx(write)


def _certify(workspace: Workspace, subject: Subject) -> None:
    """What lost its certificate, or never had one, is a target of rollback again."""
    prompt, behavior = subject.prompt_id, subject.back.behavior
    about = {"environment": subject.environment, "prompt_id": prompt, "behavior": behavior}

    def certified(table: RouteTable) -> RouteTable:
        served = table.prompts[prompt].served if prompt in table.prompts else ()
        if behavior not in {entry.behavior for entry in served}:
            return table
        return routes_change.certify(table, prompt, behavior)

    payload = {"version": subject.back.version, "reason": "its rehearsal passed"}
    told = event.event(
        kind="promptship.live.certified", actor=workspace.actor, subjects=about, payload=payload, at=workspace.now()
    )
    traffic.change(workspace, subject.environment, certified, lambda _: [told])
