"""One prompt's day out of the ledger, compared and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from registry.errors import LedgerError
from tasks.evaluation.coverage import Embed, Text, coverage
from tasks.evaluation.evalset import Library, read
from tasks.evaluation.wording import nearest, said
from tasks.ledger import eval_result, feedback, ingest, input_drift, sampled, trace
from tasks.ledger.feedback import Feedback
from tasks.ledger.input_drift import Drifted
from tasks.ledger.store import Transaction
from tasks.ledger.trace import Arm, Trace
from tasks.release.workspace import Workspace

from .comparing import LEAST, Said, compare
from .embedding import Embedded
from .finding import Finding, covered

DAY = timedelta(days=1)
DAYS = 7
SIZE = 250
"""Requests of each day, before those of one unit are taken together."""
METRIC, SOURCE = "input_distance", "sample:input-drift"
_ARMS: tuple[Arm, ...] = ("live", "canary", "holdback")


class Day(NamedTuple):
    """`n` requests of different units were looked at; `behavior` answered most of them."""

    prompt_id: str
    behavior: str
    n: int
    findings: tuple[Finding, ...]

    @property
    def drifted(self) -> bool:
        return any(one.drifted for one in self.findings)

    @property
    def sentence(self) -> str:
        found = "; ".join(one.sentence for one in self.findings if one.drifted)
        few = f"{self.n} requests of different units, {LEAST} are needed" if not self.findings else "as before"
        return f"{self.prompt_id}: {found or few}"


def look(workspace: Workspace, environment: str, prompt_id: str) -> Day:
    """The last 24 hours beside the seven days before and the eval set; kept in the ledger.

    Raises LedgerError without a request of the last day whose variables are kept.
    """
    now = workspace.now()
    days = [_drawn(workspace, environment, prompt_id, now - n * DAY) for n in range(DAYS + 1)]
    today, before = days[0], [(day, one) for day, found in enumerate(days[1:], 1) for one in found]
    if not today:
        raise LedgerError(
            f"no request of {prompt_id!r} in {environment!r} in the last 24 hours has its variables",
            expected="requests that applications made",
            fix="Run `promptship trace ingest`",
        )
    behavior = Counter(one.intended for one in today).most_common(1)[0][0]
    library = _library(workspace, prompt_id, next(one.version for one in today if one.intended == behavior))
    embed = Embedded()
    findings = (
        *_of_inputs(today, before, library, embed),
        *_of_answers(workspace, behavior, today, before, embed),
    )
    distances = _distances(today, library, embed, now) if library else []
    rows = [Drifted(environment, prompt_id, behavior, *one, at=now) for one in findings]
    workspace.store.tx(lambda tx: _keep(tx, rows, distances, now))
    return Day(prompt_id, behavior, len(today), findings)


def _drawn(workspace: Workspace, environment: str, prompt_id: str, until: datetime) -> list[Trace]:
    """One request of each unit, of the 24 hours before."""
    found = trace.sample(
        workspace.store, environment, prompt_id, since=until - DAY, until=until, size=SIZE, seed=METRIC, arms=_ARMS
    )
    return list({one.unit or one.trace_id: one for one in reversed(found)}.values())


def _library(workspace: Workspace, prompt_id: str, version: str) -> Library | None:
    """The eval set that this version is gated with; None for a version that names none, or is not there any more."""
    if version not in workspace.catalog.versions(prompt_id):
        return None
    evals = workspace.catalog.get(prompt_id, version).evals
    return read(workspace.roots.evalsets, evals.full.split("/")[0]) if evals else None


def _of_inputs(
    today: Sequence[Trace], before: Sequence[tuple[int, Trace]], library: Library | None, embed: Embed
) -> list[Finding]:
    cases = _cases(library)
    found = compare(
        "input",
        [Said(_asked(one), one.intent) for one in today],
        [Said(_asked(one), one.intent, day) for day, one in before],
        [Said(case.text, case.intent) for case in cases],
        embed,
    )
    if not found or not cases:
        return found
    share = covered(coverage(cases, [Text(one.intent, _asked(one)) for one in today], embed))
    return [*found, share] if share else found


def _of_answers(
    workspace: Workspace, behavior: str, today: Sequence[Trace], before: Sequence[tuple[int, Trace]], embed: Embed
) -> list[Finding]:
    """Of one behavior version, beside its own answers of last week and to eval cases: another version answers anew."""
    held = eval_result.answers(workspace.store, behavior)
    return compare(
        "output",
        [Said(one.output) for one in today if one.output and one.intended == behavior],
        [Said(one.output, "", day) for day, one in before if one.output and one.intended == behavior],
        [Said(text) for text in held],
        embed,
    )


def _cases(library: Library | None) -> list[Text]:
    """What coverage looks at: the gate split, or all cases where there is none."""
    if library is None:
        return []
    gate = [case for case in library.cases if case.split == "gate"] or list(library.cases)
    return [Text(case.intent, said(case.variables, case.turns), case.group) for case in gate]


def _asked(one: Trace) -> str:
    return said(one.variables or {})


def _distances(today: Sequence[Trace], library: Library, embed: Embed, now: datetime) -> list[Feedback]:
    """How far each request is from the nearest case: the metric `input_distance` of its behavior version."""
    cases = embed([case.text for case in _cases(library)])
    found = nearest(embed([_asked(one) for one in today]), cases)
    return [
        Feedback(one.trace_id, now, METRIC, 1.0 - near.cosine, SOURCE) for one, near in zip(today, found, strict=True)
    ]


def _keep(tx: Transaction, rows: Sequence[Drifted], distances: Sequence[Feedback], now: datetime) -> None:
    input_drift.insert_many(tx, rows)
    known: Mapping[str, float] = sampled.scores(tx, [row.trace_id for row in distances], SOURCE)
    new = [row for row in distances if row.trace_id not in known]
    if new:
        feedback.insert_many(tx, new, ingest.moment(tx, now))
