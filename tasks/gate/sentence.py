"""The gate's answers as sentences for people: what, by how much, interval, n."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.gate.look import GuardRow, Look, Row
from tasks.gate.must_pass import MustPassFailure

AGAIN = "Run again: only what is missing is asked for."


def points(fraction: float) -> str:
    """-0.031 is '-3.1'."""
    return f"{100 * fraction:+.1f}"


def difference(row: Row) -> str:
    return f"{points(row.value)} points (interval {points(row.low)} to {points(row.high)})"


def _size(look: Look) -> str:
    return f"n = {len(look.pairs)} cases, round {look.rounds_done} of {look.rounds_max}"


def _compared(live: Row, anchor: Row | None) -> str:
    text = f"against live {difference(live)}"
    return text if anchor is None else f"{text}, against the anchor {difference(anchor)}"


def passed(look: Look, live: Row, anchor: Row | None) -> str:
    return (
        f"Not worse by {100 * look.margin:.1f} points or more, proved: {_compared(live, anchor)}; {_size(look)}."
        if live.low <= 0
        else f"Better than live, proved: {_compared(live, anchor)}; {_size(look)}."
    )


def worse(look: Look, live: Row, anchor: Row | None) -> str:
    than = "live" if live.high < 0 else "the anchor"
    return f"Worse than {than}, proved: {_compared(live, anchor)}; {_size(look)}."


def guard_harm(rows: Sequence[GuardRow]) -> str:
    return f"Worse behind the total, proved: {'; '.join(_guard(row) for row in rows)}."


def _guard(guard: GuardRow) -> str:
    return f"{guard.kind} {guard.name!r} {difference(guard.row)}, p = {guard.p:.2g}, n = {guard.row.n} cases"


def must_pass(failures: Sequence[MustPassFailure]) -> str:
    shown = ", ".join(f"{failure.case_id!r} ({failure.failed} of {failure.runs} runs)" for failure in failures[:5])
    more = f" and {len(failures) - 5} more" if len(failures) > 5 else ""
    return f"Must-pass cases failed: {shown}{more}."


def must_pass_runs(short: Sequence[str]) -> str:
    shown = ", ".join(repr(case_id) for case_id in short[:5])
    return f"Must-pass cases have too few usable runs, 3 are needed: {shown}. {AGAIN}"


def next_round(look: Look, live: Row, anchor: Row | None) -> str:
    return f"Not decided yet, the next round follows: {_compared(live, anchor)}; {_size(look)}."


def undecided(look: Look, live: Row, anchor: Row | None, blocks: Sequence[str]) -> str:
    return f"Cannot tell: {_compared(live, anchor)}; {_size(look)}. {' '.join(blocks)}"


def too_few(n: int, needed: int, risk: str) -> str:
    return f"{n} cases can reject, not pass at {risk} risk: {needed - n} more are needed."


def margin_open(margin: float, n: int, needed: int | None) -> str:
    text = f"A loss of {100 * margin:.1f} points is not excluded"
    if needed is not None and needed > n:
        return f"{text}; for an equal candidate about {needed} cases would exclude it."
    return f"{text}, though the set is large enough for an equal candidate."


def floors(rows: Sequence[GuardRow]) -> str:
    return f"A fall of 25 points is not excluded for {'; '.join(_guard(row) for row in rows)}."


def to_confirm(look: Look, live: Row, anchor: Row | None) -> str:
    return f"{passed(look, live, anchor)} A person has to confirm: {'; '.join(look.confirm)}."


def unscored_pairs(unscored: int, total: int) -> str:
    if total == 0:
        return "There is no case to judge. Add cases to the gate split."
    return f"{unscored} of {total} pairs are unscored, at most 2 % may be. {AGAIN}"


def unscored_decide(unscored: int, total: int, worst: str, best: str) -> str:
    both = f"{worst} at their worst, {best} at their best"
    return f"{unscored} of {total} pairs are unscored and decide the verdict ({both}). {AGAIN}"


def unscored_note(unscored: int, total: int) -> str:
    return f" {unscored} of {total} pairs are unscored; the verdict is the same with them at their worst and best."
