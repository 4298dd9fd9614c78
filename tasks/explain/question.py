"""Four questions that are asked again and again, answered from an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from .explain import Explanation, Part
from .factors import UNRECORDED

Word = Literal["yes", "in part", "no", "did not move", "cannot tell"]
Name = Literal["longer-prompt", "fan-out", "model", "tool-schema"]


class Question(NamedTuple):
    """Did `metric` go `bad` (1 up, -1 down) because of `factor`?"""

    text: str
    metric: str
    factor: str
    bad: Literal[1, -1]


QUESTIONS: Mapping[Name, Question] = {
    "longer-prompt": Question("Did cost rise because the prompt got longer?", "cost", "prompt_tokens", 1),
    "fan-out": Question("Did latency rise because retrieval fan-out changed?", "latency", "fan_out", 1),
    "model": Question("Did quality drop because the model changed?", "quality", "model", -1),
    "tool-schema": Question("Did tool errors rise because the tool schema changed?", "tool_error", "tools", 1),
}


class Answer(NamedTuple):
    """`share` of the change that the factor explains; None where there is no number to give."""

    word: Word
    why: str
    share: float | None


def answer(question: Question, found: Explanation) -> Answer:
    """`yes`: at least half of the change; `in part`: some of it; both only with intervals that leave 0 out."""
    if not found.moved or found.change * question.bad <= 0:
        bad = "rise" if question.bad > 0 else "drop"
        return Answer("did not move", f"{found.metric} did not {bad} beyond chance", None)
    part = next((part for part in found.parts if question.factor in part.factors), None)
    if part is None:
        return Answer("no", f"{question.factor} is the same before and after, or was not measured", 0.0)
    return _judged(question, found, part)


def _judged(question: Question, found: Explanation, part: Part) -> Answer:
    share = float(part.value / found.change)
    if part.told == "cannot tell":
        others = ", ".join(name for name in part.factors if name not in (question.factor, UNRECORDED))
        return Answer("cannot tell", f"{question.factor} changed together with {others}", None)
    if part.told == "not shown" or share <= 0:
        return Answer("no", f"{question.factor} did not push {found.metric} this way beyond chance", share)
    word: Word = "yes" if share >= 0.5 else "in part"
    return Answer(word, f"{question.factor} explains {round(100 * share)} % of the change", share)
