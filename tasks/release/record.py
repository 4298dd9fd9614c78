"""What ledger, outbox and route table know of one release, as values: the input of every decision about its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from registry.policy import Policy
from registry.runtime.routes_change import PROMOTED

from .verdict import Decision, Verdict

TICK: Final = timedelta(microseconds=1)


class Stage(StrEnum):
    """The steps a release can take; `observe` is a look back at one that has ended, and no step of the order."""

    LINT = "lint"
    FAST_GATE = "fast_gate"
    GATE = "gate"
    SHADOW = "shadow"
    REHEARSAL = "rehearsal"
    CANARY = "canary"
    PROMOTE = "promote"
    OBSERVE = "observe"
    APPROVAL = "approval"
    REBASE = "rebase"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next. `share` is the canary's, in percent; `of` is what an approval is asked for.

    A canary's step with an `of` is a look at a canary whose release waits for that approval.
    """

    stage: Stage
    share: float | None = None
    of: str | None = None
    decision: Decision | None = None
    reason: str = ""

    @property
    def key(self) -> str:
        """`gate`, `canary 25`: what finished stages and approvals are filed under."""
        return stage_key(self.stage, self.share)


def stage_key(stage: Stage, share: float | None = None) -> str:
    return f"{stage} {share:g}" if share is not None else str(stage)


@dataclass(frozen=True, slots=True)
class Finished:
    """A stage that ended with a verdict; `key` as in Step."""

    key: str
    verdict: Verdict
    reason: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said when asked; `of` is a stage key, or `before <share>`."""

    of: str
    approve: bool
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Closing:
    """This attempt as it stands in the route table's list of closed ones."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Walk:
    """One run of a shell over the release: since when, how far, and how long it may watch a canary."""

    started_at: datetime
    until: Stage | None = None
    watch: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Record:
    """One release as known at one moment.

    `live` is the behavior that the route table serves now, None before the first release. `finished` is in order of
    time. `asked` maps what a person was asked for to when.
    """

    release_id: str
    environment: str
    prompt_id: str
    to_version: str
    to_behavior: str
    from_version: str | None
    from_behavior: str | None
    policy: Policy
    walk: Walk
    opened_at: datetime
    live: str | None = None
    closed: Closing | None = None
    decision: Decision | None = None
    reason: str | None = None
    rebased_at: datetime | None = None
    rehearsed: bool = False
    finished: tuple[Finished, ...] = ()
    answers: tuple[Answer, ...] = ()
    asked: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def first(self) -> bool:
        """No version was live when this attempt was opened: nothing to compare with."""
        return self.from_behavior is None

    @property
    def promoted(self) -> bool:
        """The table serves it, by this attempt: a version that was withdrawn may be live by a person's hand."""
        by_this = self.first or (self.closed is not None and self.closed.reason == PROMOTED)
        return self.live == self.to_behavior and by_this

    def after(self, now: datetime) -> datetime:
        """`now`, or just after the newest that is known of this release: its order stays when a clock goes back."""
        known = [self.opened_at, self.walk.started_at, *self.asked.values()]
        known += [finished.ended_at for finished in self.finished] + [answer.at for answer in self.answers]
        return max(now, TICK + max(known if self.rebased_at is None else [*known, self.rebased_at]))

    @property
    def proved_once(self) -> bool:
        """A rehearsal of this attempt passed; whether its proof still counts is `rehearsed`."""
        rehearsal = self.result(Stage.REHEARSAL)
        return rehearsal is not None and rehearsal.verdict is Verdict.PASS

    def result(self, key: str) -> Finished | None:
        """The newest result under this key that still counts: a new baseline makes all but lint stale."""
        for finished in reversed(self.finished):
            fresh = self.rebased_at is None or key == Stage.LINT or finished.ended_at > self.rebased_at
            if finished.key == key and fresh:
                return finished
        return None

    @property
    def unanswered(self) -> list[str]:
        """What a person was asked for, against this baseline, and has not answered; the newest last."""
        return [of for of in self.asked if self.answer(of) is None]

    def answer(self, of: str) -> Answer | None:
        return next((answer for answer in reversed(self.answers) if answer.of == of), None)
