"""A change that alters style, length or format: the judge may not pass it alone, labelled pairs decide with it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from tasks.gate import sentence
from tasks.gate.look import GateVerdict, Row
from tasks.release.verdict import Verdict
from tasks.statistics.paired import Z_ONE_SIDED
from tasks.statistics.ppi import LABELS, ppi_paired


def decide_judged(
    judged: Sequence[float],
    human: Sequence[float | None],
    margin: float,
    clusters: Sequence[Hashable] | None = None,
) -> GateVerdict:
    """One look at a judge's case differences, corrected by the differences of at least 100 human-labelled pairs.

    PASS when the lower bound is above -margin, REJECT when the upper bound is below 0, else INCONCLUSIVE (always with
    fewer labels). `judged`, `human` and `clusters` go by case; `human` is None where nobody labelled.
    """
    labelled = sum(truth is not None for truth in human)
    if labelled < LABELS:
        reason = (
            f"{labelled} pairs are labelled by people, {LABELS} are needed beside the judge. Label more, or decide."
        )
        return GateVerdict(Verdict.INCONCLUSIVE, reason, None, None, margin)
    estimate = ppi_paired(judged, human, clusters)
    low, high = estimate.interval(Z_ONE_SIDED)
    row = Row(estimate.mean, max(low, -1.0), min(high, 1.0), estimate.n)
    verdict = Verdict.REJECT if high < 0 else Verdict.PASS if low > -margin else Verdict.INCONCLUSIVE
    words = {Verdict.PASS: "Not worse than the margin, proved", Verdict.REJECT: "Worse than live, proved"}
    reason = (
        f"{words.get(verdict, 'Cannot tell')} with people's labels: against live {sentence.difference(row)}, "
        f"margin {100 * margin:.1f} points; n = {estimate.n} cases, {labelled} of them labelled."
    )
    return GateVerdict(verdict, reason, row, None, margin)
