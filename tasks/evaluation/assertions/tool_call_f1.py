"""tool-call-f1: the harmonic mean of precision and recall of the set of tools called, against the names given."""

from __future__ import annotations

from tasks.evaluation.answer import Answer

from .kind import Kind, Params, Result, graded, texts


def judge(answer: Answer, params: Params) -> Result:
    called, wanted = {str(call.get("name")) for call in answer.tool_calls}, set(params.value)
    score = 2 * len(called & wanted) / (len(called) + len(wanted))
    return graded(score, params.threshold, f"called {sorted(called)!r}, expected {sorted(wanted)!r}")


KIND = Kind(judge, texts)
