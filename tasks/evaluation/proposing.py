"""Cases for a person to label, from requests that went wrong. Pure.

A proposal is no case: it has no split and no label, so that it cannot be run before somebody gave it both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np

from registry.runtime.redaction import redact_values

from .case import Case
from .held_out import NEAR
from .wording import nearest, said, vectors

TAG = "production"


class Seen(NamedTuple):
    """A request that went wrong, and `why`. Texts may be redacted already; they are redacted here again."""

    trace_id: str
    at: datetime
    prompt_id: str
    version: str
    intent: str
    variables: Mapping[str, Any]
    output: str | None
    why: tuple[str, ...]


class Proposal(NamedTuple):
    """A line of the proposals file. `case` wants `split` and `expected` before it is one."""

    trace_id: str
    at: datetime
    version: str
    why: tuple[str, ...]
    answered: str | None
    redacted: tuple[str, ...]
    case: dict[str, Any]


class Known(NamedTuple):
    """What was proposed before: trace ids and texts."""

    traces: frozenset[str] = frozenset()
    texts: tuple[str, ...] = ()


def propose(seen: Sequence[Seen], cases: Sequence[Case], known: Known, limit: int, today: date) -> list[Proposal]:
    """At most `limit`, in the order of `seen`; none of a trace or worded nearly as a text that is known, none worded
    nearly as a case or as one before it."""
    taken = vectors([*(said(case.variables, case.turns) for case in cases), *known.texts])
    found: list[Proposal] = []
    for one in (one for one in seen if one.trace_id not in known.traces):
        row = vectors([said(one.variables)])
        if row.any() and nearest(row, taken)[0].cosine < NEAR:
            found.append(_proposal(one, today))
            taken = np.concatenate([taken, row])
        if len(found) == limit:
            break
    return found


def _proposal(one: Seen, today: date) -> Proposal:
    found: list[str] = []
    variables = redact_values(dict(one.variables), "variables", found)
    answered = redact_values(one.output, "output", found)
    case = {
        "id": f"p-{one.trace_id.removeprefix('tr_')}",
        "intent": one.intent,
        "tags": [TAG],
        "variables": variables,
        "expected": {},
        "added": today.isoformat(),
    }
    version = f"{one.prompt_id}@{one.version}"
    return Proposal(one.trace_id, one.at, version, one.why, answered, tuple(sorted(set(found))), case)
