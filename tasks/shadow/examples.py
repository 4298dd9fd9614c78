"""The replayed traces that changed most, side by side, for people."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from registry.runtime.redaction import redact
from tasks.shadow.replaying import Replayed

SHOWN = 5
LONGEST = 600


def examples(replayed: Sequence[Replayed]) -> list[dict[str, Any]]:
    """Broken answers first, then by how far the text moved; unchanged ones are not shown."""
    ranked = sorted(replayed, key=_changed, reverse=True)
    return [_example(one) for one in ranked[:SHOWN] if _changed(one) > 0]


def _changed(one: Replayed) -> float:
    """0 = the same text, 1 = nothing in common; 2 more when the candidate broke what the baseline kept."""
    new, old = one.candidate.text or "", one.baseline.text or ""
    return 1 - SequenceMatcher(None, old[:LONGEST], new[:LONGEST]).ratio() + 2 * _broke(one)


def _broke(one: Replayed) -> bool:
    return (one.baseline.values.get("schema_ok") or 0.0) > (one.candidate.values.get("schema_ok") or 0.0)


def _example(one: Replayed) -> dict[str, Any]:
    given = "; ".join(f"{name}: {value}" for name, value in (one.trace.variables or {}).items())
    texts = {
        "input": given,
        "recorded": one.baseline.text or "no answer",
        "candidate": one.candidate.text or "no answer",
    }
    told = {"trace_id": one.trace.trace_id, "intent": one.trace.intent, "broke": _broke(one)}
    return {**told, **{name: redact(text[:LONGEST]).text for name, text in texts.items()}}
