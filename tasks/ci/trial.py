"""What the fast gate of a pull request found, as the comment shows it and as it is kept between pushes."""

from __future__ import annotations

from pydantic import AwareDatetime

from registry.strict import Strict
from tasks.release.verdict import Verdict


class Difference(Strict):
    """Of mean scores, candidate minus baseline, with its interval (one-sided 1 % at each end); `n` cases."""

    value: float
    low: float
    high: float
    n: int


class Worse(Strict):
    """A case that lost score; None where a side could not be scored. `reasons` and `output` are the candidate's."""

    case_id: str
    intent: str
    before: float | None
    after: float | None
    reasons: tuple[str, ...] = ()
    output: str | None = None


class Trial(Strict):
    """`scores` are means by side (`candidate`, `live`) over `cases`; `baseline` is a version, None where there is none.

    `calls` and `cost_usd` (None = unknown) are what it took then; `reused` says that it took nothing now.
    """

    verdict: Verdict
    reason: str
    baseline: str | None
    evalset: str
    evalset_sha: str
    cases: int
    scores: dict[str, float]
    difference: Difference | None
    worse: tuple[Worse, ...] = ()
    calls: int = 0
    cost_usd: float | None = 0.0
    at: AwareDatetime
    reused: bool = False
