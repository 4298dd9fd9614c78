"""One job: call, ask the models that judge, then judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.diff.paragraphs import text_of
from registry.runtime.drivers import Reply, Request
from registry.runtime.refusal import is_refusal
from tasks.gateway.call import Outcome

from .answer import Answer, Asked
from .assertion import Assertion
from .assertions.question import NO_OPINIONS, Opinions, Silence
from .job import Job
from .panel import Asking, Panel
from .rendering import Messages
from .result import CaseResult
from .scoring import Finding, judge, questions, score, unjudged
from .talks import Talks


async def ask(job: Job, asked: Sequence[Assertion], talks: Talks, panel: Panel) -> CaseResult:
    """The result of this job; a call that failed for good is an unscored one. Raises BudgetSpent."""
    outcome = await talks.outcome(job)
    compared = outcome.reply is not None and any(part.with_live for one in asked for part in one.parts)
    live = await talks.of_live(job.case, job.round) if compared else None
    wanted = talks.request(job)
    answer = _answer(job, wanted, outcome.reply, outcome.cost_usd, live) if outcome.reply else None
    asking = Asking(job.case.id, job.round, talks.gateway, talks.test_id, talks.timeout_s)
    opinions = await panel.opinions(questions(asked, job.case, answer), asking) if answer else NO_OPINIONS
    result = judged(job, asked, outcome, answer, opinions)
    return replace(result, error=_lost(opinions)) if answer and result.score is None else result


def judged(
    job: Job, asked: Sequence[Assertion], outcome: Outcome, answer: Answer | None, opinions: Opinions
) -> CaseResult:
    """Pure: the outcome of a call, and what judges said of it, as a result."""
    output = job.arm.artifact.output
    if answer is None:
        return _result(job, outcome, None, unjudged(asked, output, f"no answer: {outcome.error}"))
    return _result(job, outcome, outcome.reply, judge(asked, job.case, answer, output, opinions))


def _lost(opinions: Opinions) -> str | None:
    """The first call to a judge that failed for good: a judge out of reach ends a run as a model does."""
    found = [opinion.error for opinion in opinions.values() if isinstance(opinion, Silence) and opinion.error]
    return found[0] if found else None


def _answer(job: Job, wanted: Request, reply: Reply, cost_usd: float | None, live: str | None) -> Answer:
    case = job.case
    asked = Asked(case.variables, case.expected, instructions(wanted.messages), wanted.tools, live)
    return Answer(
        reply.text, reply.finish_reason, reply.refusal, reply.latency_s, cost_usd, tuple(reply.tool_calls), asked
    )


def instructions(messages: Messages) -> tuple[str, ...]:
    """The system messages; where there is none, all that the prompt says."""
    texts = tuple(text_of(message["content"]) for message in messages if message["role"] == "system")
    return texts or tuple(text_of(message["content"]) for message in messages)


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
