"""Hold what a change note expects against what happened: fetch the units, decide each line, keep what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from registry.artifact import Change, Expected
from registry.errors import ReleaseError
from registry.policy import Policy
from tasks.canary.declaring import windows_of
from tasks.ledger import changelog, event, observation, release, stage_result
from tasks.ledger.observation import Observation, Windows
from tasks.ledger.release import Release
from tasks.ledger.store import Reader
from tasks.outcome.comparing import Compared, by_share, compare
from tasks.outcome.decide import decide, tolerance_of, unknown
from tasks.outcome.gate_score import of_gate
from tasks.outcome.observed import Observed
from tasks.release.record import Stage
from tasks.release.workspace import Workspace

CHANGES = ("promptship.release.promoted", "promptship.live.rolled_back", "promptship.live.pinned")


@dataclass(frozen=True, slots=True)
class Span:
    """Live from `since` to `until`; `cut_short` when another version went live before the time was over."""

    since: datetime
    until: datetime
    cut_short: bool


def observe(workspace: Workspace, release_id: str, hours: float) -> tuple[Span, tuple[Observed, ...]]:
    """Every expected line of a promoted release, over so many hours after it went live. Writes nothing.

    Raises UnknownRelease, and ReleaseError for one that never went live.
    """
    return workspace.store.read(lambda view: _observe(workspace, view, release_id, hours))


def _observe(workspace: Workspace, view: Reader, release_id: str, hours: float) -> tuple[Span, tuple[Observed, ...]]:
    row = release.get(view, release_id)
    note = Change.model_validate(row.change_note)
    span = _span(view, row, hours)
    compared = _compared(workspace, view, row, note, span) if row.from_behavior is not None else None
    results = stage_result.of_release(view, release_id)
    gate = next((r.evidence for r in reversed(results) if r.stage == Stage.GATE), {})
    return span, tuple(_line(workspace, line, compared, gate) for line in note.expected)


def _span(view: Reader, row: Release, hours: float) -> Span:
    since = went_live(view, row.release_id)
    later = event.of_prompt(view, row.environment, row.prompt_id, kinds=CHANGES, since=since)
    ends = [e.at for e in later if e.release_id != row.release_id or e.kind != CHANGES[0]]
    until = since + timedelta(hours=hours)
    cut = min((at for at in ends if at > since), default=until)
    return Span(since, min(cut, until), cut < until)


def went_live(reader: Reader, release_id: str) -> datetime:
    """When the release began to serve all traffic. Raises UnknownRelease, ReleaseError."""
    release.get(reader, release_id)
    at = changelog.of_release(reader, release_id)[0].released_at
    if at is None:
        raise ReleaseError(
            f"{release_id} never served all traffic",
            expected="a release that was promoted: only of that there is an outcome",
            fix="See how it ended with `promptship release status`",
        )
    return at


def _line(workspace: Workspace, line: Expected, compared: Compared | None, gate: Mapping[str, Any]) -> Observed:
    metrics = workspace.catalog.metrics
    if compared is None:
        return unknown(line, "no version was live before it")
    if line.metric not in metrics:
        return unknown(line, "no such metric is declared any more")
    metric = metrics.metric(line.metric)
    if "live" not in metric.measured:
        return of_gate(line, gate)
    found = compare(compared, line.metric, line.intent, yes_no=metric.kind == "yes_no")
    if found is None:
        return unknown(line, "too few units of both versions have a value", compared.basis)
    return decide(line, found, tolerance_of(metric, found.old), compared.basis)


def _compared(workspace: Workspace, view: Reader, row: Release, note: Change, span: Span) -> Compared:
    """The canary and the holdback, which were served at the same time; before and after where there was neither."""
    metrics, rules = workspace.catalog.metrics, Policy.model_validate(row.policy)
    windows = windows_of(rules, metrics, [line.metric for line in note.expected if line.metric in metrics])
    now = workspace.now()
    canary = by_share(observation.unit_observations(view, row, now, windows))
    held = _held(view, row, rules, span, now, windows)
    if canary and held:
        return Compared("canary and holdback", (*canary, held))
    if canary or held:
        return Compared("canary" if canary else "holdback", canary or (held,))
    return Compared("before and after", (_before_and_after(view, row, span, now, windows),))


def _held(
    view: Reader, row: Release, rules: Policy, span: Span, now: datetime, windows: Windows
) -> tuple[Observation, ...]:
    """Units of the time with a holdback; none where nobody was held back."""
    if rules.holdback is None:
        return ()
    until = min(span.until, span.since + rules.holdback.for_)
    found = observation.observed_between(
        view, row, row.to_behavior, since=span.since, until=until, now=now, windows=windows, held=True
    )
    return tuple(found) if any(one.arm == "live" for one in found) else ()


def _before_and_after(
    view: Reader, row: Release, span: Span, now: datetime, windows: Windows
) -> tuple[Observation, ...]:
    """As long before as after."""
    begin = span.since - (span.until - span.since)
    before = observation.observed_between(
        view, row, row.from_behavior or "", since=begin, until=span.since, now=now, windows=windows
    )
    after = observation.observed_between(
        view, row, row.to_behavior, since=span.since, until=span.until, now=now, windows=windows
    )
    return (*before, *after)
