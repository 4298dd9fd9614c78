"""What the gate split must not share with authors, and what its labels must not say twice. Pure.

PS-S007 warning  a gate case is worded nearly as a dev case of another cluster
PS-S008 error    the same question has two labels
PS-S009 error    the text of a gate case stands in a prompt
PS-S010 note     hardly a gate case is adversarial
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from registry import behavior

from .case import Case
from .evalset import Library
from .remark import Remark
from .wording import nearest, plain, question, said, vectors

NEAR = 0.7
"""Cosine from which on two cases are near duplicates. Rewordings of one message are at 0.3 to 0.7 in the shipped sets,
unrelated messages below 0.5."""
LEAKED_CHARACTERS = 20
"""Shorter texts stand in a prompt by chance."""
ADVERSARIAL_SHARE = 0.05
SHOWN = 5


def held_out(library: Library, prompts: Mapping[str, str]) -> list[Remark]:
    """All remarks; `prompts` are the texts, by name, of the versions that are gated with this set."""
    dev = [case for case in library.cases if case.split == "dev"]
    gate = [case for case in library.cases if case.split == "gate"]
    return [*_near(dev, gate), *_labels(library.cases), *_leaked(gate, prompts), *_adversarial(gate)]


def _near(dev: Sequence[Case], gate: Sequence[Case]) -> Iterator[Remark]:
    """A cluster across the split and the same question are said by others."""
    texts, others = ([said(case.variables, case.turns) for case in cases] for cases in (gate, dev))
    found = nearest(vectors(texts), vectors(others), [case.group for case in gate], [case.group for case in dev])
    pairs = [
        f"{case.id} and {dev[other.row].id} ({other.cosine:.2f})"
        for case, text, other in zip(gate, texts, found, strict=True)
        if other.cosine >= NEAR and plain(text) != plain(others[other.row])
    ]
    if pairs:
        what = f"{len(pairs)} gate cases are worded nearly as a dev case: {_some(pairs)}; tie them by `cluster`"
        yield Remark("PS-S007", "warning", what)


def _labels(cases: Sequence[Case]) -> Iterator[Remark]:
    asked: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        asked[question(case.variables, case.turns)].append(case)
    for twins in asked.values():
        labels = {behavior.sha(case.model_dump(mode="json", include={"expected", "assert_"})) for case in twins}
        if len(labels) > 1:
            ids = ", ".join(case.id for case in twins)
            yield Remark("PS-S008", "error", f"the same question is expected to have different answers: {ids}")


def _leaked(gate: Sequence[Case], prompts: Mapping[str, str]) -> Iterator[Remark]:
    for name, text in sorted(prompts.items()):
        whole = plain(text)
        ids = [case.id for case in gate if any(part in whole for part in _parts(case))]
        if ids:
            what = f"{name} has the text of {len(ids)} gate cases: {_some(ids)}; what it was shown proves nothing"
            yield Remark("PS-S009", "error", what)


def _parts(case: Case) -> Iterator[str]:
    for value in case.variables.values():
        text = plain(said({"": value}))
        if len(text) >= LEAKED_CHARACTERS:
            yield text


def _adversarial(gate: Sequence[Case]) -> Iterator[Remark]:
    count = sum(case.adversarial for case in gate)
    if gate and count < ADVERSARIAL_SHARE * len(gate):
        what = f"{count} of {len(gate)} gate cases are tagged adversarial: what attacks do to a version stays unseen"
        yield Remark("PS-S010", "note", what)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
