"""What one run of one case gave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .scoring import Finding


@dataclass(frozen=True)
class CaseResult:
    """`score` in 0..1, None = unscored, never 0 for that: `error` (`PS-E401 ...`: a call, also to a judge, failed) or a
    finding says why.

    Tokens, USD and milliseconds are those of the reply, None = unknown or no reply; `attempts` counts calls made now,
    0 when the reply came from the cache.
    """

    case_id: str
    cluster: str
    intent: str
    adversarial: bool
    arm: str
    behavior: str
    round: int
    score: float | None
    findings: tuple[Finding, ...]
    output: str | None = None
    error: str | None = None
    finish_reason: str | None = None
    refusal: bool | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    latency_ms: float | None = None
    attempts: int = 0
    from_cache: bool = False

    @property
    def status(self) -> Literal["scored", "unscored"]:
        return "unscored" if self.score is None else "scored"

    @property
    def must_pass(self) -> bool | Literal["none"] | None:
        """Whether all must-pass assertions passed; None when one could not be judged; "none" when nothing was asked."""
        asked = [finding.status for finding in self.findings if finding.must_pass]
        if not asked:
            return "none"
        if "failed" in asked:
            return False
        return None if "error" in asked else True

    @property
    def checks(self) -> dict[str, float]:
        """Guard slices: schema validity and each family of hard assertions, 1 or 0, NaN when it could not be judged."""
        found: dict[str, float] = {}
        for finding in self.findings:
            if finding.hard and not finding.must_pass:
                found[finding.metric] = _worse(found.get(finding.metric, 1.0), finding)
        return found


def _worse(before: float, finding: Finding) -> float:
    if finding.status == "error":
        return 0.0 if before == 0.0 else math.nan
    return before if finding.status == "passed" else 0.0
