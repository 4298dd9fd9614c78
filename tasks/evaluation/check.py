"""What is wrong with an eval set although it can be run. Pure.

PS-S001 error    a cluster is in dev and in gate
PS-S002 error    the same question is in dev and in gate
PS-S003 warning  the same question is there twice
PS-S004 error    a must-pass assertion is not deterministic
PS-S005 warning  a gate subset is too small for a risk
PS-S006 note     an intent is too small for a guard of its own
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from registry.artifact import Risk
from tasks.statistics.power import Components, cases_needed, margin

from .case import Case
from .evalset import Library, Selection
from .evalset_file import ROUNDS
from .remark import Remark
from .wording import question

INTENT_CASES = 20
INTENT_UNITS = 10


class Size(NamedTuple):
    """`cap`: the widest margin for this risk, a fraction; `minimum`: cases without which nothing passes."""

    cap: float
    minimum: int


def check(library: Library, sizes: Mapping[Risk, Size]) -> list[Remark]:
    """All remarks, in the order of their codes."""
    return sorted(
        [
            *_clusters(library.cases),
            *_repeated(library.cases),
            *_must_pass(library),
            *_too_small(library, sizes),
            *_intents(library),
        ],
        key=lambda remark: remark.code,
    )


def _clusters(cases: Sequence[Case]) -> Iterator[Remark]:
    splits: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        splits[case.group].add(case.split)
    for name in sorted(name for name, found in splits.items() if len(found) > 1):
        yield Remark("PS-S001", "error", f"cluster {name!r} is in dev and in gate: authors tune on what is held out")


def _repeated(cases: Sequence[Case]) -> Iterator[Remark]:
    same: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        same[question(case.variables, case.turns)].append(case)
    for twins in (found for found in same.values() if len(found) > 1):
        ids = ", ".join(case.id for case in twins)
        if len({case.split for case in twins}) > 1:
            yield Remark("PS-S002", "error", f"the same question is in dev and in gate: {ids}")
        else:
            yield Remark("PS-S003", "warning", f"the same question is asked {len(twins)} times: {ids}")


def _must_pass(library: Library) -> Iterator[Remark]:
    asked = [(one, "the set") for one in library.evalset.assertions]
    asked += [(one, f"case {case.id!r}") for case in library.cases for one in case.assert_]
    for assertion, where in asked:
        if assertion.must_pass and not assertion.deterministic:
            yield Remark("PS-S004", "error", f"{assertion.type} of {where} is must-pass, and differs from run to run")


def _too_small(library: Library, sizes: Mapping[Risk, Size]) -> Iterator[Remark]:
    for subset, told in library.evalset.subsets.items():
        if told.split == "gate":
            for risk, size in sizes.items():
                yield from _size(library.select(subset), risk, size)


def _size(selection: Selection, risk: Risk, size: Size) -> Iterator[Remark]:
    n = len(selection.cases)
    told = f"{selection.name} ({n} cases)"
    held = margin(components(selection), n, ROUNDS, size.cap)
    more = cases_needed(components(selection), size.cap, ROUNDS) - n
    if n < size.minimum:
        powered = f" ({more} for 80 % power)" if more > size.minimum - n else ""
        what = f"{told} can reject, cannot pass at {risk} risk: {size.minimum - n} more cases{powered}"
    elif held.too_small:
        what = f"{told} can reject, passes rarely at {risk} risk: {max(more, 1)} more cases for 80 % power"
    else:
        return
    yield Remark("PS-S005", "warning", what)


def components(selection: Selection) -> Components:
    """The set's own variance components, else the assumed ones."""
    own = selection.evalset.components
    return Components() if own is None else Components(own.w2, own.s2, own.deff, own.measured)


def _intents(library: Library) -> Iterator[Remark]:
    gate = [case for case in library.cases if case.split == "gate"]
    for intent, count in sorted(Counter(case.intent for case in gate).items()):
        units = len({case.group for case in gate if case.intent == intent})
        if count < INTENT_CASES or units < INTENT_UNITS:
            what = f"intent {intent!r} ({count} cases, {units} units) is small: only a clear fall is noticed"
            yield Remark("PS-S006", "note", what)
