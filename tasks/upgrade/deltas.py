"""What the new model costs and refuses beside the old one, over the gate's cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from registry.runtime.refusal import is_refusal
from tasks.ledger import eval_result, release, stage_result
from tasks.ledger.eval_result import EvalResult
from tasks.ledger.store import Reader

RATIOS: Final[Mapping[str, str]] = MappingProxyType(
    {"prompt_tokens": "prompt tokens", "output_tokens": "output tokens", "cost_usd": "cost", "latency_ms": "latency"}
)
"""Reported as the relative change of the mean."""
REFUSAL: Final = "refusal"
"""Reported as the difference of the shares of refused answers."""
CASES: Final = "cases"
"""How many both models answered."""
COLUMNS: Final = (CASES, *RATIOS.values(), REFUSAL)


def of_newest(reader: Reader, environment: str, prompt: str) -> dict[str, float | None]:
    """Those of the newest attempt of a prompt; None where a side is unknown, empty where the gate asked nothing."""
    found = release.recent(reader, environment=environment, prompt_id=prompt, limit=1)
    results = stage_result.of_release(reader, found[0].release_id) if found else []
    tests = sorted({str(test) for result in results if (test := result.evidence.get("gate_test_id"))})
    answers = [answer for test in tests for answer in eval_result.of_test(reader, test) if answer.round == 1]
    return deltas(answers) if answers else {}


def deltas(answers: Sequence[EvalResult]) -> dict[str, float | None]:
    """Of arm `candidate` to arm `live`, over cases that both answered."""
    live, new = ({answer.case_id: answer for answer in answers if answer.arm == arm} for arm in ("live", "candidate"))
    both = [(live[case], new[case]) for case in sorted(set(live) & set(new))]
    found = {label: _ratio([(getattr(a, name), getattr(b, name)) for a, b in both]) for name, label in RATIOS.items()}
    return {CASES: len(both), **found, REFUSAL: _refusals(both)}


def _ratio(pairs: Sequence[tuple[float | None, float | None]]) -> float | None:
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    before, after = (math.fsum(pair[side] for pair in known) for side in (0, 1))
    if before == after and known:
        return 0.0
    return after / before - 1 if before else None


def _refusals(pairs: Sequence[tuple[EvalResult, EvalResult]]) -> float | None:
    known = [(a.output, b.output) for a, b in pairs if a.output is not None and b.output is not None]
    if not known:
        return None
    return math.fsum(is_refusal(b).yes - is_refusal(a).yes for a, b in known) / len(known)


def told(found: Mapping[str, float | None]) -> dict[str, str]:
    """By column: `+12 %`, `+0.3 points`, or `unknown`; nothing without answers."""
    return {label: _said(label, value) for label, value in found.items()}


def _said(label: str, value: float | None) -> str:
    if value is None:
        return "unknown"
    if label == CASES:
        return f"{value:g}"
    return f"{100 * value:+.1f} points" if label == REFUSAL else f"{100 * value:+.0f} %"
