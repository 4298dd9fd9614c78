"""The guard monitor: pass after pass over environments, by one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from registry.errors import AccessDenied, ClaimTaken, PromptshipError
from tasks.ledger import release
from tasks.ledger.claim import Claim
from tasks.ledger.release import Release
from tasks.release import arriving
from tasks.release.claiming import hold
from tasks.release.traffic import recover
from tasks.release.workspace import Workspace

from .carrying import carry_on
from .finding import Did, Finding, Told, Watched
from .holdback import compare
from .live import answered, look_at

T = TypeVar("T")


def watch(workspace: Workspace, environments: Sequence[str], length: timedelta, told: Told) -> None:
    """Pass after pass for this long, one at least; `told` hears of each finding.

    Environments that another monitor watches are left to it, and those that this account may not write to one that may:
    who cannot take traffic back must not hold the watch. Raises ClaimTaken or AccessDenied when those are all of them,
    and ClaimTaken when another one takes over meanwhile.
    """
    began = workspace.now()
    with _held(workspace, environments) as claims:
        while True:
            for environment, claimed in claims.items():
                for finding in look_round(workspace, environment, claimed, began):
                    told(finding)
            if not claims or workspace.now() - began >= length:
                return
            rules = workspace.catalog.environments
            workspace.pause(min(rules.environment(name).renew for name in claims).total_seconds())


def served(workspace: Workspace) -> list[str]:
    """The environments in which something was ever published, or a first release is open."""
    return [
        name
        for name in workspace.catalog.environments
        if workspace.publisher.read_table(name).generation or release.open_in(workspace.store, name)
    ]


def look_round(workspace: Workspace, environment: str, claimed: Claim, began: datetime) -> list[Finding]:
    """One pass over an environment. What fails for one prompt is said, and tried again in the next pass.

    `began` is since when this monitor watches. Raises ClaimTaken when another one took the environment over.
    """
    return _Pass(workspace, environment, claimed, began).run()


@contextmanager
def _held(workspace: Workspace, environments: Sequence[str]) -> Iterator[dict[str, Claim]]:
    """The environments that nobody else watches and that this account may act in, with the claims on them."""
    with ExitStack() as stack:
        claims: dict[str, Claim] = {}
        taken: ClaimTaken | AccessDenied | None = None
        for name in environments:
            try:
                workspace.publisher.check_writable(name)
                claims[name] = stack.enter_context(hold(workspace, f"watch:{name}/*"))
            except (ClaimTaken, AccessDenied) as error:
                taken = error
        if taken is not None and not claims:
            raise taken
        yield claims


class _Pass:
    """Open releases first, then holdbacks, then levels: each sees what the one before has changed."""

    def __init__(self, workspace: Workspace, environment: str, claimed: Claim, began: datetime) -> None:
        self.workspace, self.environment, self.claimed, self.began = workspace, environment, claimed, began
        self.found: list[Finding] = []

    def run(self) -> list[Finding]:
        open_ = self._tried("*", Watched.RELEASE, self._prepared) or []
        for row in open_:
            self._told(self._tried(row.prompt_id, Watched.RELEASE, partial(carry_on, self.workspace, row, self.began)))
        self._holdbacks()
        self._levels()
        return self.found

    def _prepared(self) -> list[Release]:
        """The releases that are open once ledger and outbox are up to date."""
        recover(self.workspace)
        arriving.take_in(self.workspace, self.workspace.now())
        return release.open_in(self.workspace.store, self.environment)

    def _holdbacks(self) -> None:
        for prompt, route in self.workspace.publisher.read_table(self.environment).prompts.items():
            look = partial(compare, self.workspace, self.environment, prompt, route, self.claimed)
            self._told(self._tried(prompt, Watched.HOLDBACK, look))

    def _levels(self) -> None:
        """All of them first: a level that several prompts on one model break is not the prompt's fault."""
        routes = self.workspace.publisher.read_table(self.environment).prompts
        looks = {
            prompt: self._tried(
                prompt, Watched.LEVELS, partial(look_at, self.workspace, self.environment, prompt, route, self.claimed)
            )
            for prompt, route in routes.items()
        }
        seen = [live for live in looks.values() if live is not None]
        for live in seen:
            self._told(self._tried(live.prompt, Watched.LEVELS, partial(answered, self.workspace, live, seen)))

    def _told(self, finding: Finding | None) -> None:
        if finding is not None:
            self.found.append(finding)

    def _tried(self, prompt: str, watched: Watched, look: Callable[[], T]) -> T | None:
        try:
            return look()
        except ClaimTaken:
            raise
        except (PromptshipError, OSError) as error:
            self.found.append(Finding(self.environment, prompt, watched, Did.ERROR, str(error)))
            return None
