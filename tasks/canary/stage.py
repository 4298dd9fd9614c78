"""One step of the canary as a stage: set the share, look until the evidence decides, renew the lease meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from registry.errors import GenerationTaken, RoutingError
from tasks.canary.declaring import Declared, declared
from tasks.canary.judge import Moment
from tasks.canary.look import Action, Look
from tasks.canary.looking import take_look
from tasks.ledger.claim import Claim
from tasks.release import traffic
from tasks.release.claiming import hold
from tasks.release.record import Record, Stage, Step
from tasks.release.recording import StageOutcome, result_of, told
from tasks.release.verdict import Verdict
from tasks.release.workspace import Progress, Workspace

_ON = (Action.ADVANCE, Action.PROMOTE)


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome | None:
    """Watch this share until it may advance, must be rolled back, or its time is over; None when the watch ends first.

    Raises ClaimTaken when somebody else watches this canary.
    """
    with hold(workspace, f"watch:{record.environment}/{record.prompt_id}") as claimed:
        return _watch(workspace, record, step, claimed).until_decided()


def glance(workspace: Workspace, record: Record, step: Step, claimed: Claim) -> StageOutcome | None:
    """One look by whoever holds the watch already; None while nothing is decided.

    A step that names an approval is of a canary whose release waits for a person: it stays at its share until they
    answer or the approval's own deadline is over, and only harm ends it before that.
    """
    return _watch(workspace, record, step, claimed).once()


def _watch(workspace: Workspace, record: Record, step: Step, claimed: Claim) -> _Watch:
    share = step.share or 0
    told = declared(workspace, record)
    began = traffic.serve_canary(workspace, record, share_bps=round(share * 100))
    return _Watch(workspace, record, told, claimed, share, began, waiting=step.of is not None)


class _Watch:
    """The watch over one share of one canary."""

    def __init__(
        self,
        workspace: Workspace,
        record: Record,
        told: Declared,
        claimed: Claim,
        share: float,
        began: datetime,
        *,
        waiting: bool,
    ) -> None:
        self.workspace, self.record, self.told, self.claimed = workspace, record, told, claimed
        self.share, self.began, self.waiting = share, began, waiting
        self.gone = False

    def until_decided(self) -> StageOutcome | None:
        while True:
            decided = self.once()
            if decided is not None or self.gone or self._over(self.workspace.now()):
                return decided
            self.workspace.pause(self.record.policy.renew.total_seconds())

    def once(self) -> StageOutcome | None:
        """One look, then the lease renewed if it allows that; `gone` says that there is no canary any more."""
        moment = Moment(self.workspace.now(), round(self.share * 100), self.began)
        seen = take_look(self.workspace, self.record, self.told, self.claimed, moment)
        self._tell(seen.look)
        decided = self._decided(seen.look)
        self.gone = decided is None and not self._renewed(seen.telemetry and seen.look.renews)
        return decided

    def _decided(self, look: Look) -> StageOutcome | None:
        if look.action is Action.ROLL_BACK:
            return self._withdrawn(self._outcome(Verdict.REJECT, look.reason, look))
        if self.waiting:
            return None
        if look.action in _ON:
            return self._outcome(Verdict.PASS, f"{look.reason}; {_counted(look)}", look)
        if look.overdue:
            reason = f"the deadline is over: {'; '.join(look.sentences)}"
            return self._withdrawn(self._outcome(Verdict.INCONCLUSIVE, reason, look))
        return None

    def _withdrawn(self, outcome: StageOutcome) -> StageOutcome:
        """Traffic is on live again, and why is written with it."""
        now, stage = self.workspace.now(), Stage.CANARY
        result = result_of(self.workspace.store, self.record, stage, outcome, self.began, now)
        written = traffic.withdraw(
            self.workspace,
            self.record,
            by=self.workspace.actor,
            reason=outcome.reason,
            because=told(self.workspace, self.record, stage, outcome, now),
            results=[result],
        )
        return replace(outcome, written=written)

    def _outcome(self, verdict: Verdict, reason: str, look: Look) -> StageOutcome:
        watched = [{"guard": w.text, "source": w.source, "instead_of": w.replaced} for w in self.told.plan.watches]
        return StageOutcome(verdict, reason, {"share": self.share, "watched": watched, **look.evidence()})

    def _over(self, now: datetime) -> bool:
        return now - self.record.walk.started_at >= self.record.walk.watch

    def _renewed(self, allowed: bool) -> bool:
        """Renew the lease after a look that allows it; False when this canary is gone."""
        if not allowed:
            return traffic.running(self.workspace, self.record) is not None
        try:
            traffic.renew(self.workspace, self.record)
        except GenerationTaken:
            return True
        except RoutingError:
            return False
        return True

    def _tell(self, look: Look) -> None:
        note = f"{look.reason} ({look.total_live} live units)"
        self.workspace.tell(Progress(f"canary {self.share:g} %", look.units_canary, look.units_needed, note))


def _counted(look: Look) -> str:
    return f"{look.total_canary} canary and {look.total_live} live units"
