"""A pull request as it was checked, and what follows from it. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from tasks.ci.change import Change
from tasks.ci.trial import Trial
from tasks.lint.linting import Linted
from tasks.release.verdict import Verdict, worst

FailOn = Literal["reject", "inconclusive"]
_EXIT = {Verdict.PASS: 0, Verdict.REJECT: 1, Verdict.INCONCLUSIVE: 2, Verdict.ERROR: 3}


class Untried(NamedTuple):
    """Why a version was not tried. `open`: it should have been, so that nobody knows whether it is worse."""

    why: str
    open: bool


@dataclass(frozen=True)
class Checked:
    """One changed version. `diff` is markdown, None without an earlier version that can be read; `tried` is the trial,
    or why there is none."""

    change: Change
    linted: Linted
    tried: Trial | Untried
    diff: str | None = None

    @property
    def verdict(self) -> Verdict:
        return worst((lint_verdict(self.linted), self.tried_verdict))

    @property
    def tried_verdict(self) -> Verdict:
        if isinstance(self.tried, Trial):
            return self.tried.verdict
        return Verdict.INCONCLUSIVE if self.tried.open else Verdict.PASS

    @property
    def reason(self) -> str:
        return self.tried.reason if isinstance(self.tried, Trial) else self.tried.why


@dataclass(frozen=True)
class Check:
    """`others` are changed snippets that no version includes, and files that nothing reads. `spent` says what it cost;
    `base` and `head` are commits."""

    base: str
    head: str
    versions: tuple[Checked, ...]
    others: tuple[Linted, ...] = ()
    removed: tuple[str, ...] = ()
    spent: str = ""

    @property
    def verdict(self) -> Verdict:
        return worst((*(one.verdict for one in self.versions), *map(lint_verdict, self.others)))

    @property
    def linted(self) -> list[Linted]:
        return [*(one.linted for one in self.versions), *self.others]

    @property
    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "base": self.base,
            "head": self.head,
            "verdict": self.verdict,
            "versions": [_document(one) for one in self.versions],
            "others": [{"path": one.path, "lint": one.report.reason} for one in self.others],
            "removed": list(self.removed),
            "spent": self.spent,
        }


def lint_verdict(linted: Linted) -> Verdict:
    """A file that cannot be read is an error, not a rejection."""
    return linted.report.verdict if linted.readable else Verdict.ERROR


def exit_code(verdict: Verdict, fail_on: FailOn) -> int:
    """0 pass, 1 reject, 2 inconclusive, 3 error. With `reject` what is inconclusive is shown and does not fail."""
    return 0 if verdict is Verdict.INCONCLUSIVE and fail_on == "reject" else _EXIT[verdict]


def _document(one: Checked) -> dict[str, Any]:
    trial = one.tried.model_dump(mode="json") if isinstance(one.tried, Trial) else None
    findings = [finding._asdict() for finding in one.linted.report.findings]
    return {
        "version": one.change.name,
        "change": one.change.kind,
        "why": one.change.why,
        "verdict": one.verdict,
        "lint": {"verdict": lint_verdict(one.linted), "reason": one.linted.report.reason, "findings": findings},
        "trial": trial,
        "not_tried": None if trial else one.reason,
    }
