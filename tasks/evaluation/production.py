"""An eval set and the ledger: what production asks, and what of it went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from registry.errors import LedgerError
from registry.runtime.drivers.sentences import vectors
from tasks.evaluation.coverage import Coverage, Text, coverage
from tasks.evaluation.evalset import Library, read
from tasks.evaluation.proposals import Proposals
from tasks.evaluation.proposing import Proposal, Seen, propose
from tasks.evaluation.wording import Floats, said
from tasks.ledger import trace
from tasks.ledger.went_wrong import Wrong, went_wrong
from tasks.release.workspace import Workspace

SAMPLE = 2000
LOOKED_AT = 20
"""Wrong requests read for each proposal wanted: many are worded alike."""


class Refreshed(NamedTuple):
    """`seen` requests went wrong; of them those were `proposed` that no case and no older proposal is like."""

    seen: int
    proposed: tuple[Proposal, ...]
    file: str


def covered(workspace: Workspace, name: str, environment: str, back: timedelta) -> Coverage:
    """The gate split (all cases, where there is none) beside a sample of live requests. Raises LedgerError without."""
    library = read(workspace.roots.evalsets, name)
    gate = [case for case in library.cases if case.split == "gate"] or list(library.cases)
    cases = [Text(case.intent, said(case.variables, case.turns), case.group) for case in gate]
    asked = _requests(workspace, library, environment, back)
    if not asked:
        raise LedgerError(
            f"the ledger has no request of {environment!r} with its variables for {library.evalset.prompt_use!r}",
            expected=f"live requests of the last {back.days or back} days",
            fix="Run `promptship trace ingest`, or look further back with --since",
        )
    return coverage(cases, asked, _embedded)


def _embedded(texts: Sequence[str]) -> Floats:
    """Each text once: production asks the same again and again."""
    known = list(dict.fromkeys(texts))
    rows = dict(zip(known, vectors(known), strict=True))
    return np.asarray([rows[text] for text in texts], dtype=np.float32)


def refreshed(workspace: Workspace, name: str, environment: str, back: timedelta, limit: int) -> Refreshed:
    """Propose cases from what went wrong, into `<home>/proposals/<set>.jsonl`; the set itself is not touched."""
    library = read(workspace.roots.evalsets, name)
    kept = Proposals(workspace.roots.home / "proposals" / f"{name}.jsonl")
    seen = [
        _seen(prompt, one)
        for prompt in workspace.catalog.by_use_case(library.evalset.prompt_use)
        for one in _wrong(workspace, environment, prompt, back, limit)
    ]
    today = workspace.now().date()
    proposed = kept.add(lambda known: propose(seen, library.cases, known, limit, today))
    return Refreshed(len(seen), tuple(proposed), str(kept.path))


def _requests(workspace: Workspace, library: Library, environment: str, back: timedelta) -> list[Text]:
    now = workspace.now()
    rows = [
        row
        for prompt in workspace.catalog.by_use_case(library.evalset.prompt_use)
        for row in trace.sample(
            workspace.store, environment, prompt, since=now - back, until=now, size=SAMPLE, seed=library.sha
        )
    ]
    return [Text(row.intent, said(row.variables or {})) for row in rows]


def _wrong(workspace: Workspace, environment: str, prompt: str, back: timedelta, limit: int) -> list[Wrong]:
    now = workspace.now()
    size = limit * LOOKED_AT
    return went_wrong(workspace.store, environment, prompt, since=now - back, until=now, size=size)


def _seen(prompt: str, one: Wrong) -> Seen:
    return Seen(one.trace_id, one.ts, prompt, one.version, one.intent, one.variables, one.output, one.why)
