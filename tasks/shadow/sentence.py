"""Shadow's answers as sentences for people: what, by how much, interval, n."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tasks.release.verdict import GuardVerdict, Verdict
from tasks.shadow.sample import Sample, ShadowRow


def reason(verdict: Verdict, rows: Sequence[ShadowRow], sample: Sample) -> str:
    """One paragraph: the verdict's ground, then whatever else a reader has to know."""
    ground = {
        Verdict.REJECT: _harmed,
        Verdict.PASS: _proved,
    }.get(verdict, _open)(rows)
    return " ".join([ground, *_notes(rows, sample)])


def guard(row: ShadowRow) -> str:
    change = row.change
    return (
        f"{row.metric} {row.side} ({row.intent}) changed by {change.value:+.3f} of its scale "
        f"(interval {change.low:+.3f} to {change.high:+.3f}, margin {row.margin:.3f}, "
        f"n = {change.n} traces of {change.units} units)"
    )


def _harmed(rows: Sequence[ShadowRow]) -> str:
    return f"Harm beyond the margin, proved: {_list(row for row in rows if row.verdict is GuardVerdict.BREACH)}."


def _proved(rows: Sequence[ShadowRow]) -> str:
    tested = [row for row in rows if row.tested]
    nearest = max(tested, key=lambda row: row.change.high / row.margin)
    return f"All {len(tested)} guards that this sample can test hold, proved; nearest to its margin: {guard(nearest)}."


def _open(rows: Sequence[ShadowRow]) -> str:
    tested = [row for row in rows if row.tested]
    unproved = [row for row in tested if row.verdict is not GuardVerdict.PASS]
    if not tested:
        return "Cannot tell: this sample is too small to test any guard."
    if not unproved:
        return f"All {len(tested)} guards that this sample can test hold, but the sample is not what was asked for."
    return f"Cannot tell: within the margin is not proved for {_list(unproved)}."


def _list(rows: Iterable[ShadowRow]) -> str:
    shown = [guard(row) for row in rows]
    more = f"; and {len(shown) - 3} more" if len(shown) > 3 else ""
    return "; ".join(shown[:3]) + more


def _notes(rows: Sequence[ShadowRow], sample: Sample) -> list[str]:
    left, unpaired = sum(not row.tested for row in rows), max((row.unpaired for row in rows), default=0)
    named = ", ".join(map(repr, sample.missing_variables))
    notes = {
        f"{sample.found} traces were found, {sample.minimum} are wanted.": sample.found < sample.minimum,
        f"{sample.unreplayed} traces were not replayed: {sample.stopped}.": sample.unreplayed > 0,
        f"The candidate's variables {named} are in no trace.": bool(sample.missing_variables),
        f"{left} guards are left to the canary.": left > 0,
        f"Up to {unpaired} traces a guard have a value in one version only.": unpaired > 0,
        f"{sample.ended_early} conversations ended at a tool call that was not recorded.": sample.ended_early > 0,
    }
    return [note for note, said in notes.items() if said]
