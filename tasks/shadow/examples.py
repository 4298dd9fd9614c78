"""The replayed traces that got worst, and those that changed most, side by side, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from registry.runtime.redaction import redact
from tasks.shadow.replaying import Replayed

SHOWN = 5
LONGEST = 600

WORSE = {"error": "no usable answer", "refusal": "refused", "fallback": "fell back"}
"""Metrics that are bad when they happen; `schema_ok` is bad when it does not."""


def examples(replayed: Sequence[Replayed], moved: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """The worst first, then by how far the meaning moved, then the wording; unchanged ones are not shown.

    `moved` is the semantic distance by trace id, None where it is not known.
    """
    ranked = sorted(replayed, key=lambda one: (len(_worse(one)), _moved(one, moved), _reworded(one)), reverse=True)
    return [_example(one, moved) for one in ranked[:SHOWN] if _worse(one) or _reworded(one) > 0]


def _moved(one: Replayed, moved: Mapping[str, float | None]) -> float:
    return moved.get(one.trace.trace_id) or 0.0


def _reworded(one: Replayed) -> float:
    """0 = the same text, 1 = nothing in common."""
    new, old = one.candidate.text or "", one.baseline.text or ""
    return 1 - SequenceMatcher(None, old[:LONGEST], new[:LONGEST]).ratio()


def _worse(one: Replayed) -> list[str]:
    """What the candidate broke that the baseline kept."""
    new, old = one.candidate.values, one.baseline.values
    broke = ["broke its contract"] if old.get("schema_ok") == 1 and new.get("schema_ok") == 0 else []
    broke += [word for name, word in WORSE.items() if (new.get(name) or 0.0) > (old.get(name) or 0.0)]
    lost = one.baseline.tools - one.candidate.tools if new else frozenset()
    return broke + [f"did not call {name}" for name in sorted(lost)]


def _example(one: Replayed, moved: Mapping[str, float | None]) -> dict[str, Any]:
    given = "; ".join(f"{name}: {value}" for name, value in (one.trace.variables or {}).items())
    texts = {
        "input": given,
        "recorded": one.baseline.text or "no answer",
        "candidate": one.candidate.text or "no answer",
    }
    told = {"trace_id": one.trace.trace_id, "intent": one.trace.intent, "worse": _worse(one)}
    shown = {name: redact(text[:LONGEST]).text for name, text in texts.items()}
    return {**told, **shown, "distance": moved.get(one.trace.trace_id)}
