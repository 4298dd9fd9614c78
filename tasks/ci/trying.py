"""Try a changed version: one round of its dev cases against its baseline, unless that is known already."""

from __future__ import annotations

from dataclasses import dataclass

from registry.errors import PromptshipError
from tasks.ci.change import Change
from tasks.ci.checked import Untried
from tasks.ci.judge import judged, stopped
from tasks.ci.kept import Kept
from tasks.ci.match import Match, match_of
from tasks.ci.trial import Trial
from tasks.evaluation.job import interleaved
from tasks.gate.rounds import ask, spent
from tasks.gateway.gateway import Gateway
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace


@dataclass(frozen=True)
class Trying:
    """`door` has the budget of the pull request."""

    workspace: Workspace
    kept: Kept
    door: Gateway

    def of(self, change: Change, baseline: str | None) -> Trial | Untried:
        """A trial, of now or of before, or why there is none. What goes wrong is a trial that ended in an error."""
        version = self.workspace.catalog.read(change.prompt, change.version)
        if version.evals is None:
            return Untried("it names no eval sets: without cases nothing can be tried", open=True)
        try:
            return self._known_or_played(match_of(self.workspace, version, baseline))
        except PromptshipError as error:
            return self._failed(version.evals.fast, baseline, error)

    def _known_or_played(self, match: Match) -> Trial | Untried:
        if match.same:
            return Untried(f"it behaves exactly as {match.baseline} does", open=False)
        if known := self.kept.trial(match.identity):
            return known
        if match.obstacles:
            return Untried("; ".join(match.obstacles), open=True)
        trial = self._play(match)
        self.kept.keep(match.identity, trial)
        return trial

    def _play(self, match: Match) -> Trial:
        """Answers are kept by case too: a run that stopped goes on, and a baseline is asked once for many versions."""
        jobs = list(interleaved(match.selection.cases, match.arms, [1]))
        before, test = self.door.budget.usd, f"ci {match.selection.sha}"
        asked = ask(self.workspace, self.door, match.selection, jobs, test=test, stage="fast gate")
        cost = None if spent(self.door.budget) is None else self.door.budget.usd - before
        now = self.workspace.now()
        if asked.stopped is not None:
            return stopped(match, asked.results, asked.stopped, now, asked.calls, cost)
        return judged(match, asked.results, now, asked.calls, cost)

    def _failed(self, evalset: str, baseline: str | None, error: PromptshipError) -> Trial:
        return Trial(
            verdict=Verdict.ERROR,
            reason=str(error),
            baseline=baseline,
            evalset=evalset,
            evalset_sha="",
            cases=0,
            scores={},
            difference=None,
            at=self.workspace.now(),
        )
