"""What a version scored when it was proved: its answers of today are held against those, case by case."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.ledger import rehearsal, stage_result
from tasks.ledger.store import Reader
from tasks.release.record import Stage

Scores = Mapping[str, float]


def reference(reader: Reader, behavior: str, evalset_sha: str) -> Scores | None:
    """Scores by case: of the fast gate that let this behavior through, else of its first rehearsal that passed.

    None where neither was on these cases: a first release or a pin that was never rehearsed, or a set that changed.
    """
    gates = [result.evidence for result in stage_result.passed(reader, Stage.FAST_GATE, behavior)]
    for evidence in [*gates, *(proof.evidence for proof in rehearsal.passed(reader, behavior))]:
        scores = evidence.get("scores")
        if scores and evidence.get("evalset_sha") == evalset_sha:
            return {case_id: score for case_id, score in scores.items() if score is not None}
    return None
