"""One job: call, then judge."""

from __future__ import annotations

from collections.abc import Sequence

from registry.runtime.drivers import Reply, Request
from registry.runtime.refusal import is_refusal
from tasks.gateway.call import Call, Outcome
from tasks.gateway.gateway import Gateway

from .answer import Answer
from .assertion import Assertion
from .job import Arm, Job
from .rendering import Messages
from .result import CaseResult
from .scoring import Finding, judge, score, unjudged


def request(arm: Arm, messages: Messages, timeout_s: float) -> Request:
    """What the driver gets, the same as an application would send."""
    artifact = arm.artifact
    return Request(
        model=arm.model,
        messages=messages,
        decoding=artifact.decoding,
        tools=artifact.tools,
        output=artifact.output,
        behavior=artifact.behavior,
        timeout_s=timeout_s,
    )


async def ask(
    job: Job, messages: Messages, asked: Sequence[Assertion], gateway: Gateway, test_id: str | None, timeout_s: float
) -> CaseResult:
    """The result of this job; a call that failed for good is an unscored one. Raises BudgetSpent."""
    call = Call(request(job.arm, messages, timeout_s), job.case.id, job.round, job.arm.name, test_id)
    return judged(job, asked, await gateway.complete(call))


def judged(job: Job, asked: Sequence[Assertion], outcome: Outcome) -> CaseResult:
    """Pure: the outcome of a call as a result."""
    output = job.arm.artifact.output
    if outcome.reply is None:
        return _result(job, outcome, None, unjudged(asked, output, f"no answer: {outcome.error}"))
    answer = _answer(outcome.reply, outcome.cost_usd)
    return _result(job, outcome, outcome.reply, judge(asked, job.case, answer, output))


def _answer(reply: Reply, cost_usd: float | None) -> Answer:
    return Answer(reply.text, reply.finish_reason, reply.refusal, reply.latency_s, cost_usd)


def _result(job: Job, outcome: Outcome, reply: Reply | None, findings: tuple[Finding, ...]) -> CaseResult:
    return CaseResult(
        case_id=job.case.id,
        cluster=job.case.group,
        intent=job.case.intent,
        adversarial=job.case.adversarial,
        arm=job.arm.name,
        behavior=job.arm.artifact.behavior,
        round=job.round,
        score=score(findings) if reply else None,
        findings=findings,
        output=reply.text if reply else None,
        error=f"{outcome.error.code} {outcome.error}" if outcome.error else None,
        finish_reason=reply.finish_reason if reply else None,
        refusal=is_refusal(reply.text, reply.finish_reason, reply.refusal).yes if reply else None,
        prompt_tokens=reply.prompt_tokens if reply else None,
        cached_tokens=reply.cached_tokens if reply else None,
        output_tokens=reply.output_tokens if reply else None,
        cost_usd=outcome.cost_usd,
        latency_ms=reply.latency_s * 1000 if reply else None,
        attempts=outcome.attempts,
        from_cache=outcome.from_cache,
    )
