"""The shadow rule for many replays at once: `tasks.shadow.decide` on arrays. A test holds the two to each other.

`python -m tests.bars.shadow.rule 2000` prints the tables of `docs/methods/shadow.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

from tasks.release.verdict import Verdict
from tasks.shadow.decide import ALPHA, POWER
from tasks.shadow.sample import ALL, Guard, Replay, Sample
from tasks.statistics.paired import PSEUDO_CASES, PSEUDO_SQUARES, Z_ONE_SIDED, Floats, plus_four_rows
from tests.bars.shadow.traffic import EVERYWHERE, INTENTS, YES_NO, Layout, Rows, layout, replays

BLOCK = 250
"""Replays that are held in memory at once, and that share one layout of units and intents."""

Flags = NDArray[np.bool_]


class Judged(NamedTuple):
    """One guard in S replays, each (S,)."""

    p: Floats
    tested: Flags
    held: Flags


def verdicts(n: int, harm: Mapping[str, float], sims: int, seed: int) -> dict[Verdict, float]:
    """Share of each verdict in `sims` replays of n traces."""
    rng, found = np.random.default_rng([seed, n]), list[Verdict]()
    while len(found) < sims:
        arranged = layout(n, rng)
        found += decisions(arranged, list(replays(n, harm, min(BLOCK, sims - len(found)), rng)))
    return {verdict: found.count(verdict) / sims for verdict in Verdict}


def decisions(arranged: Layout, rows: Sequence[Rows]) -> list[Verdict]:
    """One verdict a replay."""
    judged = [_judge(row, chosen, arranged.units) for row in rows for chosen in _cuts(arranged)]
    harmed = _holm(np.stack([one.p for one in judged]))
    tested, held = np.stack([one.tested for one in judged]), np.stack([one.held for one in judged])
    passed: Flags = np.logical_and(tested.any(axis=0), (held | ~tested).all(axis=0))
    return [
        Verdict.REJECT if bad else Verdict.PASS if good else Verdict.INCONCLUSIVE
        for bad, good in zip(harmed, passed, strict=True)
    ]


def samples(arranged: Layout, rows: Sequence[Rows]) -> list[Sample]:
    """The same replays for the rule itself."""
    n, units = len(arranged.units), arranged.units.tolist()
    return [
        Sample(
            tuple(
                Guard(row.metric, name, row.margin, _pairs(row, number, chosen, units), row.side)
                for row in rows
                for name, chosen in zip((ALL, *map(str, range(len(INTENTS)))), _cuts(arranged), strict=True)
            ),
            found=n,
            minimum=n,
        )
        for number in range(len(rows[0].baseline))
    ]


def _pairs(row: Rows, number: int, chosen: Flags, units: list[int]) -> tuple[Replay, ...]:
    places = np.flatnonzero(chosen)
    return tuple(Replay(f"u{units[i]}", row.candidate[number, i], row.baseline[number, i]) for i in places)


def _cuts(arranged: Layout) -> list[Flags]:
    return [np.ones(len(arranged.units), bool), *(arranged.intents == intent for intent in range(len(INTENTS)))]


def _judge(row: Rows, chosen: Flags, units: NDArray[np.int64]) -> Judged:
    codes = np.unique(units[chosen], return_inverse=True)[1]
    baseline = row.baseline[:, chosen]
    change = plus_four_rows(row.candidate[:, chosen] - baseline, codes)
    p = stdtr(change.df, (row.margin - change.mean) / change.se)
    return Judged(p, _power(baseline, codes, row.margin) >= POWER, change.interval(Z_ONE_SIDED)[1] < row.margin)


def _power(baseline: Floats, codes: NDArray[np.int64], margin: float) -> Floats:
    scale = baseline.shape[1] + PSEUDO_CASES
    squares = (plus_four_rows(baseline, codes).se * scale) ** 2 - PSEUDO_SQUARES
    return np.asarray(ndtr(margin * scale / np.sqrt(np.maximum(2 * squares, 0) + PSEUDO_SQUARES) - Z_ONE_SIDED))


def _holm(p: Floats) -> Flags:
    """Whether anything is rejected: (guards, S) to (S,). Holm's first step is Bonferroni's."""
    return np.asarray(p.min(axis=0) <= ALPHA / len(p))


CELLS: dict[str, Mapping[str, float]] = {
    "none": {},
    "one margin on the five metrics that can be harmed upwards": EVERYWHERE,
    **{f"{metric} {size}": {metric: float(size)} for metric in YES_NO for size in (1, 2, 4)},
    **{f"{metric} {size}": {metric: float(size)} for metric in ("output_tokens", "cost") for size in (1, 2, 3)},
}

if __name__ == "__main__":
    for name, harm in CELLS.items():
        cells = [verdicts(n, harm, int(sys.argv[1]), 1) for n in (200, 500)]
        order = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.REJECT)
        shown = [" / ".join(f"{100 * cell[verdict]:.1f}" for verdict in order) for cell in cells]
        sys.stdout.write(f"| {name} | {' | '.join(shown)} |\n")
