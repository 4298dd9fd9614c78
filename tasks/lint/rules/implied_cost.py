"""PS124: the note announces more tokens, which cost money or time, and has no line for it.

Rough on purpose: today's tokens are estimated from the version it is compared with, and its longest answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.models import Price
from tasks.lint.budget import budget
from tasks.lint.finding import Finding, Severity
from tasks.lint.subject import Subject

CODE = "PS124"

_BREACH = 1.10
"""The default guards of cost and latency: max_ratio 1.10."""


def implied_cost(subject: Subject) -> Iterator[Finding]:
    change, previous = subject.version.change, subject.previous
    told = {line.metric for line in change.expected} | {guard.metric for guard in change.guards}
    more = {line.metric: line.by or 0.0 for line in change.expected if line.direction == "up"}
    if previous is None or not (more.keys() & {"prompt_tokens", "output_tokens"}):
        return
    before = budget(previous, subject.policy_text)
    prompt, answer = before.fixed + (before.variables or 0), before.answer
    model = subject.models.get(previous.model)
    ratio = _cost_ratio(model.price if model else None, prompt, answer, more)
    if ratio is not None and ratio > _BREACH and "cost" not in told:
        yield _finding(subject, "cost", f"about {ratio - 1:.0%} more cost a request")
    slower = 1 + more.get("output_tokens", 0.0) / answer
    if slower > _BREACH and not told & {"latency", "first_token", "latency_tail"}:
        yield _finding(subject, "latency", f"answers that take about {slower - 1:.0%} longer")


def _cost_ratio(price: Price | None, prompt: int, answer: int, more: dict[str, float]) -> float | None:
    """None without a price, or where nothing costs anything."""
    if price is None:
        return None
    paid = prompt * price.input_per_million + answer * price.output_per_million
    added = more.get("prompt_tokens", 0.0) * price.input_per_million
    added += more.get("output_tokens", 0.0) * price.output_per_million
    return (paid + added) / paid if paid else None


def _finding(subject: Subject, metric: str, effect: str) -> Finding:
    return Finding(
        CODE,
        Severity.WARNING,
        subject.line("change", "expected"),
        f"the tokens that the note announces mean {effect}, and it has no line for {metric}",
        f"a line for {metric} where more than 10 % are implied",
        f"Add {{metric: {metric}, direction: up, by: ...}}, or a guard that allows it",
    )
