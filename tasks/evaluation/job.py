"""What is run: a case, under an arm, in a round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from registry.models import Model
from registry.runtime.artifact_file import Artifact

from .case import Case


@dataclass(frozen=True)
class Arm:
    """`name`: candidate, live, anchor... `model` is how the artifact's model is reached."""

    name: str
    artifact: Artifact
    model: Model


class Job(NamedTuple):
    case: Case
    arm: Arm
    round: int


def interleaved(cases: Sequence[Case], arms: Sequence[Arm], rounds: Iterable[int]) -> Iterator[Job]:
    """Round by round, case by case, all arms of a case side by side; which arm goes first takes turns."""
    for number in rounds:
        for index, case in enumerate(cases):
            turn = (index + number) % len(arms)
            for arm in (*arms[turn:], *arms[:turn]):
                yield Job(case, arm, number)
