"""One look of one leg: draw, compare with the blessed reference, turn a key or not, keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tasks.drift import contract, fingerprint, text
from tasks.drift.contract import Contract
from tasks.drift.dispersion import NIGHTS, phi
from tasks.drift.rule import NUMERICS_FLOOR, Draw, Look, Watch
from tasks.drift.shift import Shift
from tasks.drift.verdict import Coverage, Leg
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Check, LegName
from tasks.release.workspace import Workspace

from . import meaning, probing
from .blessing import Blessed, paired, seed_of
from .probing import Drawn
from .target import Endpoint, Sizes, Texts

NOTHING = Coverage(0, 0, 0)


@dataclass(frozen=True)
class Looked:
    """A leg after tonight's looks, and the answers of tonight."""

    leg: Leg
    drawn: Drawn | None = None


def keep_contract(workspace: Workspace, gate: Gateway, target: Endpoint, known: Blessed) -> Contract:
    """What can be told without statistics; what differs is asked a second time before it counts."""
    reference = known.collected.observed
    first = probing.observe(gate, target)
    if reference is None:
        return Contract(contract.Level.SAME, (), first.calls, first.failed)
    again = contract.wants_retry(contract.compare(reference, first))
    second = probing.observe(gate, target) if again else None
    found = contract.settle(reference, first, second)
    row = Check(
        target=target.name,
        model=target.model.key,
        leg="contract",
        draw=Draw.SCREEN,
        blessed_at=known.row.at,
        statistic=None,
        z=None,
        phi=None,
        effect=None,
        planned=found.calls,
        done=found.calls - found.failed,
        failed=found.failed,
        watch={},
        outputs={"level": found.level, "findings": [finding.sentence for finding in found.findings]},
        at=workspace.now(),
    )
    workspace.store.tx(lambda tx: drift.check(tx, [row]))
    return found


class Lens:
    """One leg of one target, against its blessed reference."""

    def __init__(
        self, workspace: Workspace, gate: Gateway, target: Endpoint | Texts, known: Blessed, sizes: Sizes
    ) -> None:
        self.workspace, self.gate, self.target, self.known, self.sizes = workspace, gate, target, known, sizes
        self.name: LegName = "fingerprint" if isinstance(target, Endpoint) else "text"

    @property
    def model(self) -> str:
        return self.target.model.key if isinstance(self.target, Endpoint) else self.target.arm.model.key

    def standing(self) -> Looked:
        """As the newest draw against this reference left it."""
        last = drift.last(self.workspace.store, self.target.name, self.name, self.known.row.at)
        if last is None:
            floor = NUMERICS_FLOOR if self.name == "fingerprint" else 0.0
            return Looked(Leg(Watch(floor), None, self.phi(), NOTHING))
        coverage = Coverage(last.planned, last.done, last.failed)
        return Looked(Leg(Watch.load(last.watch), None, last.phi or self.phi(), coverage))

    def phi(self) -> float:
        store, since = self.workspace.store, self.workspace.now() - timedelta(days=NIGHTS)
        return phi(drift.calibrations(store, self.model), drift.quiet(store, self.model, since))

    def look(self, *, doubled: bool = False) -> Looked:
        """The look that is due, if one is; a draw that lost too many calls turns no key and clears none."""
        before, factor = self.standing(), self.phi()
        watch, draw, earliest = before.leg.watch, before.leg.watch.wants(), before.leg.watch.not_before()
        if draw is None or (earliest is not None and self.workspace.now() < earliest):
            return before
        drawn = self._drawn(draw, doubled)
        if not drawn.coverage.enough:
            self._keep(draw, watch, None, factor, drawn)
            return Looked(Leg(watch, None, factor, drawn.coverage), drawn)
        shift = self._compare(drawn)
        after = watch.take(Look(self.workspace.now(), shift.z, factor, shift.effect, shift.calls))
        self._keep(draw, after, shift, factor, drawn)
        return Looked(Leg(after, shift, factor, drawn.coverage), drawn)

    def calls(self, *, doubled: bool = False) -> int:
        """Whole answers that the next look asks for; tokens of a fingerprint are none."""
        draw = self.standing().leg.watch.wants()
        if draw is None or isinstance(self.target, Endpoint):
            return 0
        return self._text_draws(draw, doubled) * len(self.target.selection.cases)

    def _drawn(self, draw: Draw, doubled: bool) -> Drawn:
        if isinstance(self.target, Endpoint):
            draws = self.sizes.confirm if draw is Draw.CONFIRM else self.sizes.screen
            return probing.tokens(self.gate, self.target, self.known.collected.probes, draws)
        return probing.answers(self.workspace, self.gate, self.target, self._text_draws(draw, doubled))

    def _text_draws(self, draw: Draw, doubled: bool) -> int:
        return self.sizes.text_confirm if draw is Draw.CONFIRM or doubled else self.sizes.text_screen

    def _compare(self, drawn: Drawn) -> Shift:
        seed = seed_of(self.target.name, self.workspace.now().isoformat())
        if isinstance(self.target, Endpoint):
            return fingerprint.compare(self.known.collected.answers, drawn.answers, seed)
        then, now = meaning.vectors([self.known.collected.answers, drawn.answers])
        return text.compare(self.known.collected.answers, drawn.answers, seed, (then, now))

    def _keep(self, draw: Draw, watch: Watch, shift: Shift | None, factor: float, drawn: Drawn) -> None:
        outputs: dict[str, Any] = {probe: paired(drawn, probe) for probe in drawn.answers}
        row = Check(
            target=self.target.name,
            model=self.model,
            leg=self.name,
            draw=draw,
            blessed_at=self.known.row.at,
            statistic=shift.statistic if shift else None,
            z=shift.z if shift else None,
            phi=factor,
            effect=shift.effect if shift else None,
            planned=drawn.coverage.planned,
            done=drawn.coverage.done,
            failed=drawn.coverage.failed,
            watch=watch.dump(),
            outputs=outputs,
            at=self.workspace.now(),
        )
        self.workspace.store.tx(lambda tx: drift.check(tx, [row]))
