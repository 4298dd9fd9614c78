"""What people said of answers: one JSON object a line."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import Field, ValidationError

from registry.errors import EvalSetError
from registry.strict import Strict

SHOWN = 10


class Label(Strict):
    """One answer to a case, and whether a person found it good.

    `arm` and `style` say where the answer comes from and what it looks like, in words of the team's own: the judge's
    bias is looked for between them. `metric` says which judged assertion is meant, where a case has several. `against`:
    live's answer, for a `pairwise` that compares with it; good is then what is not worse. `question` and `reference`
    are for the person who labels.
    """

    case: str = Field(min_length=1)
    answer: str
    against: str | None = None
    question: str | None = None
    reference: str | None = None
    good: bool
    arm: str | None = None
    style: str | None = None
    metric: str | None = None
    by: str | None = None


def read_labels(path: Path, cases: Collection[str]) -> list[Label]:
    """Raises EvalSetError naming the lines that are none, at most 10 of them."""
    labels: list[Label] = []
    wrong: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            label = Label.model_validate_json(line)
        except ValidationError as error:
            wrong.append(f"{path.name}:{number}: {error.errors()[0]['msg']}")
            continue
        if label in labels:
            wrong.append(f"{path.name}:{number}: this label is there already")
        labels.append(label)
        if label.case not in cases:
            wrong.append(f"{path.name}:{number}: the set has no case {label.case!r}")
    if wrong or not labels:
        raise EvalSetError(
            "; ".join(wrong[:SHOWN]) or f"{path} has no label",
            expected='lines like {"case": "d01-1", "answer": "...", "good": true, "arm": "v2", "style": "list"}',
            fix=f"Correct {path}",
        )
    return labels
