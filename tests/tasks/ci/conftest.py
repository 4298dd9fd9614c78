from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.ci.change import Change
from tasks.ci.checked import Check, Checked, Untried
from tasks.ci.trial import Difference, Trial, Worse
from tasks.lint.finding import Finding, Severity
from tasks.lint.lint import LintReport
from tasks.lint.linting import Linted
from tasks.release.verdict import Verdict

HOSTILE = "@team <script>alert(1)</script> | [x](http://evil.example) ``` \x00 #12"


def linted(verdict: Verdict = Verdict.PASS, *, said: str = "too long", readable: bool = True) -> Linted:
    severity = Severity.ERROR if verdict is Verdict.REJECT else Severity.WARNING
    finding = Finding("PS123", severity, 7, said, "less", "Shorten it")
    return Linted("sort", "v2", "registry/prompts/sort/v2.yaml", LintReport((finding,), verdict, None), readable)


def trial(verdict: Verdict = Verdict.PASS, **changes: Any) -> Trial:
    told: dict[str, Any] = {
        "verdict": verdict,
        "reason": "Not clearly worse.",
        "baseline": "v1",
        "evalset": "sort/fast",
        "evalset_sha": "ab" * 32,
        "cases": 30,
        "scores": {"candidate": 0.8, "live": 0.4},
        "difference": Difference(value=0.353, low=0.12, high=0.58, n=30),
        "calls": 60,
        "at": datetime(2026, 11, 21, tzinfo=UTC),
    }
    return Trial(**told | changes)


def checked(
    tried: Trial | Untried | None = None, *, lint: Linted | None = None, version: str = "v2", diff: str | None = None
) -> Checked:
    return Checked(Change("sort", version, "new", "new"), lint or linted(), tried or trial(), diff)


@pytest.fixture
def check() -> Callable[..., Check]:
    def make(*versions: Checked, **more: Any) -> Check:
        return Check("a" * 40, "b" * 40, versions, spent="0.12 USD", **more)

    return make


@pytest.fixture
def hostile() -> Checked:
    """A version whose lint finding, reason, case and answer try to be more than text."""
    worse = Worse(case_id="c1", intent="ask", before=1.0, after=0.0, reasons=(HOSTILE,), output=HOSTILE)
    return checked(trial(reason=HOSTILE, worse=(worse,)), lint=linted(said=HOSTILE))
