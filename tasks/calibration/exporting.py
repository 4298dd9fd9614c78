"""Answers as lines for people to label, in an order of chance and without a word of which version is new. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from tasks.evaluation.assertion import Assertion
from tasks.evaluation.assertions.telling import told
from tasks.evaluation.case import Case
from tasks.evaluation.evalset import Library

from .rubrics import judged_parts

Line = Mapping[str, Any]
"""A label with `good` null: what a person fills in."""


class Said(NamedTuple):
    """One answer; `arm` is the behavior version (`bv_...`), which people cannot read as old or new."""

    case_id: str
    arm: str
    answer: str


def to_label(
    library: Library, answers: Sequence[Said], live: str | None, sample: int | None, chance: Random
) -> list[Line]:
    """All answers to the cases, or to `sample` cases drawn by chance; repeats that say the same are there once.

    `live` is the arm that a `pairwise` without a text of its own compares with; its own answers are no lines then.
    """
    cases = {case.id: case for case in library.cases}
    known = sorted({said.case_id for said in answers} & cases.keys())
    drawn = set(known if sample is None else chance.sample(known, min(sample, len(known))))
    beside = {said.case_id: said for said in answers if said.arm == live}
    chosen = sorted({said for said in answers if said.case_id in drawn})
    lines = [line for said in chosen for line in _lines(library, cases[said.case_id], said, beside.get(said.case_id))]
    chance.shuffle(lines)
    return lines


def _lines(library: Library, case: Case, said: Said, live: Said | None) -> Iterator[Line]:
    """One for each judged assertion, or one where no judge is asked."""
    parts = judged_parts(library.evalset, case)
    asked: Sequence[Assertion | None] = parts or (None,)
    for part in asked:
        line = {"case": case.id, "question": told(case.variables), "reference": told(case.expected) or None}
        if part is not None and part.with_live:
            if live is None or live.arm == said.arm:
                continue
            line["against"] = live.answer
        line |= {"answer": said.answer, "good": None, "arm": said.arm}
        if part is not None and len(parts) > 1:
            line["metric"] = part.family
        yield line
