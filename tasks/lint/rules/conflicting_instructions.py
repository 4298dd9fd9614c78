"""PS117: two instructions cannot both be followed, within the prompt or against its safety policy."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.lint.finding import Finding, error_from
from tasks.lint.opposites import conflicts
from tasks.lint.passage import sentences
from tasks.lint.subject import Subject

CODE = "PS117"


def conflicting_instructions(subject: Subject) -> Iterator[Finding]:
    said = [
        (sentence.text, passage, sentence.start)
        for passage in subject.passages
        if passage.role != "assistant"
        for sentence in passage.sentences
    ]
    policy = [sentence.text for sentence in sentences(subject.policy_text)]
    for topic, first, second in conflicts([text for text, _, _ in said] + policy):
        if first >= len(said):
            continue
        other = "the policy says" if second >= len(said) else "it also says"
        one, two = said[first][0], [*(text for text, _, _ in said), *policy][second]
        at = first if second >= len(said) else second
        line = subject.passage_line(said[at][1], said[at][2])
        yield _finding(subject, line, f"on {topic} it says {_cut(one)!r}, and {other} {_cut(two)!r}", other)


def _finding(subject: Subject, line: int | None, found: str, other: str) -> Finding:
    policy = other.startswith("the policy")
    return Finding(
        CODE,
        error_from("medium" if policy else "high", subject.risk),
        line,
        found,
        f"what the safety policy {subject.version.safety!r} allows" if policy else "one of them",
        "Remove one, or say when which of them holds",
    )


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}..."
