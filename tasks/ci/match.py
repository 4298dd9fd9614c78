"""A changed version and what it is compared with, on the dev cases of its fast eval set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry import behavior
from registry.artifact import PromptVersion
from registry.errors import EvalSetError
from registry.models import Model
from tasks.evaluation import arms, evalset
from tasks.evaluation.evalset import Selection
from tasks.evaluation.job import Arm
from tasks.evaluation.panel import Panel
from tasks.evaluation.seating import seat
from tasks.gate.comparing import CANDIDATE, LIVE
from tasks.lint.loading import version_before
from tasks.matrix.gathering import obstacle
from tasks.release.workspace import Workspace


@dataclass(frozen=True)
class Match:
    """`arms` has the candidate first; without a baseline it has only that."""

    baseline: str | None
    selection: Selection
    arms: tuple[Arm, ...]
    panel: Panel

    @property
    def identity(self) -> str:
        """Of everything that the result depends on: an unchanged version is not tried again."""
        return behavior.sha(
            {
                "format": 1,
                "arms": [[arm.artifact.behavior, arm.model.reach.driver] for arm in self.arms],
                "evalset": [self.selection.name, self.selection.sha],
                "panel": self.panel.identity,
            }
        )

    @property
    def same(self) -> bool:
        """Both sides are one behavior version."""
        return len({arm.artifact.behavior for arm in self.arms}) < len(self.arms)

    @property
    def obstacles(self) -> list[str]:
        """Why it cannot be played from here: keys that are not set, packages that are not installed."""
        found = [obstacle(model.key, model) for model in self._asked()]
        return list(dict.fromkeys(why for why in found if why))

    def _asked(self) -> Iterator[Model]:
        yield from (arm.model for arm in (*self.arms, *self.panel.judges.values()))
        if self.panel.embedder is not None:
            yield self.panel.embedder


def baseline_of(workspace: Workspace, prompt: str, version: str, environment: str) -> str | None:
    """What is live there when the registry has it; else the version before; None for a first one."""
    route = workspace.publisher.read_table(environment).prompts.get(prompt)
    live = route.live.version if route else None
    if live is not None and live != version and live in workspace.catalog.versions(prompt):
        return live
    return version_before(workspace.catalog, prompt, version)


def match_of(workspace: Workspace, version: PromptVersion, baseline: str | None) -> Match:
    """The versions as their files have them, whatever the lock says: that is lint's to judge.

    Raises EvalSetError for a version without evals and for held-out cases, and what an unreadable file raises."""
    if version.evals is None:
        raise EvalSetError(
            f"{version.name} names no eval sets",
            expected="evals: {fast: <set>/<subset>, full: <set>/<subset>} in the version file",
            fix="Add them: without cases nothing can be tried",
        )
    selection = evalset.load(workspace.roots.evalsets, version.evals.fast)
    if selection.split != "dev":
        raise EvalSetError(
            f"{selection.name} is held out for the gate",
            expected="a fast eval set of the dev split: what authors look at proves nothing any more",
            fix=f"Name a dev subset of {selection.evalset.name} as `evals.fast`",
        )
    found = [_arm(workspace, CANDIDATE, version)]
    if baseline is not None:
        found.append(_arm(workspace, LIVE, workspace.catalog.read(version.id, baseline)))
    panel = seat(selection.evalset, workspace.catalog, [arm.model for arm in found])
    return Match(baseline, selection, tuple(found), panel)


def _arm(workspace: Workspace, name: str, version: PromptVersion) -> Arm:
    catalog = workspace.catalog
    return arms.of_candidate(name, catalog.behavior(version), catalog)
