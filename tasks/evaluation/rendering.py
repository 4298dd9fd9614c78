"""The messages of every case under every arm, before a call is paid for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from registry.errors import RenderError

from .case import Case
from .job import Arm, Job

Messages = list[dict[str, Any]]
SHOWN = 10


class Place(NamedTuple):
    case_id: str
    behavior: str


def render_all(jobs: Iterable[Job]) -> dict[Place, Messages]:
    """Once for each case and behavior. Raises RenderError naming the cases that do not fit, at most 10 of them."""
    rendered: dict[Place, Messages] = {}
    wrong: dict[Place, str] = {}
    for job in jobs:
        place = Place(job.case.id, job.arm.artifact.behavior)
        if place in rendered or place in wrong:
            continue
        try:
            rendered[place] = render(job.case, job.arm)
        except RenderError as error:
            wrong[place] = f"case {job.case.id!r} for {job.arm.name}: {error.found}"
    if wrong:
        raise RenderError(
            f"{len(wrong)} case(s) cannot be rendered: {'; '.join(list(wrong.values())[:SHOWN])}",
            expected="variables in cases.jsonl for every prompt version that is compared",
            fix="Add what is missing to the cases, or give the variable a default",
        )
    return rendered


def render(case: Case, arm: Arm) -> Messages:
    """A case may give more than this version asks for: versions differ in their variables. Raises RenderError."""
    declared = arm.artifact.variables
    return arm.artifact.render(**{name: value for name, value in case.variables.items() if name in declared})
