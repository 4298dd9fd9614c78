"""Whether the parts of an eval set fit together: without this no run can start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .assertion import Assertion
from .assertions import NOT
from .assertions.question import To
from .case import Case
from .evalset_file import EvalSet

JUDGES: dict[To, tuple[str, ...]] = {"rubric": ("llm-rubric",), "pairwise": ("pairwise",)}
"""Who has to be named for which type; for `similar` there is an encoder that nobody has to name."""


def problems(evalset: EvalSet, cases: Sequence[Case], folder: str) -> list[str]:
    """A sentence for each problem; none when a run may start."""
    return [
        *([f"`name` is {evalset.name!r} in the folder {folder!r}"] if evalset.name != folder else []),
        *_repeated(cases),
        *_subsets(evalset, cases),
        *_judges(evalset, cases),
        *(sentence for case in cases for sentence in _of_case(evalset, case)),
    ]


def _repeated(cases: Sequence[Case]) -> Iterator[str]:
    for name, count in Counter(case.id for case in cases).items():
        if count > 1:
            yield f"case {name!r} is there {count} times"


def _subsets(evalset: EvalSet, cases: Sequence[Case]) -> Iterator[str]:
    splits = {case.id: case.split for case in cases}
    for name, subset in evalset.subsets.items():
        strangers = [one for one in subset.cases or () if splits.get(one) != subset.split]
        if strangers:
            yield f"subset {name!r} names cases that are not in split {subset.split!r}: {', '.join(strangers)}"
        elif not any(map(subset.holds, cases)):
            yield f"subset {name!r} has no case"


def _judges(evalset: EvalSet, cases: Sequence[Case]) -> Iterator[str]:
    """A sentence for each kind of judge that assertions ask and the set does not name."""
    asked = [*evalset.assertions, *(one for case in cases for one in case.assert_)]
    types = sorted({part.type for one in asked for part in one.parts})
    for to, users in JUDGES.items():
        wanting = [name for name in types if name.removeprefix(NOT) in users]
        if wanting and (evalset.judge is None or getattr(evalset.judge, to) is None):
            yield f"{', '.join(wanting)} needs `judge: {{{to}: ...}}` in evalset.yaml"


def _of_case(evalset: EvalSet, case: Case) -> Iterator[str]:
    asked = evalset.asked_of(case)
    if not asked:
        yield f"case {case.id!r} has no assertion"
    for assertion in asked:
        for part in assertion.parts:
            if sentence := _unmet(part, case):
                yield f"case {case.id!r}: {sentence}"


def _unmet(assertion: Assertion, case: Case) -> str | None:
    if assertion.expected is None:
        return None
    if assertion.expected not in case.expected:
        return f"{assertion.type} wants {assertion.expected!r} of `expected`, which has {sorted(case.expected)!r}"
    return assertion.problem(case.expected[assertion.expected])
