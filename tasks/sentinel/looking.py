"""One look of one leg: draw, compare with the blessed reference, turn a key or not, keep it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from tasks.drift import contract
from tasks.drift.contract import Contract
from tasks.drift.dispersion import NIGHTS, phi
from tasks.drift.rule import Draw, Look, Watch
from tasks.drift.shift import Shift
from tasks.drift.verdict import Coverage, Leg
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Check, LegName
from tasks.release.workspace import Workspace

from . import probing
from .batches import outputs, seed_of
from .blessing import Blessed
from .probing import A, Drawn
from .target import Endpoint, Sizes, Texts

NOTHING = Coverage(0, 0, 0)

Of = TypeVar("Of", bound=Endpoint | Texts)


@dataclass(frozen=True)
class Looked:
    """A leg after tonight's looks. `drawn`: whether one was taken tonight; `examples` of what it moved."""

    leg: Leg
    drawn: bool = False
    examples: Sequence[dict[str, str]] = ()


class Compared(NamedTuple):
    """`note` is what there is to say beside the numbers."""

    shift: Shift
    note: str = ""


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
        model=target.key,
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


class Lens(ABC, Generic[Of, A]):
    """One leg of one target, against its blessed reference. `floor`: the least effect that turns a key."""

    name: ClassVar[LegName]
    floor: ClassVar[float] = 0.0

    def __init__(self, workspace: Workspace, gate: Gateway, target: Of, known: Blessed, sizes: Sizes) -> None:
        self.workspace, self.gate, self.sizes = workspace, gate, sizes
        self.target, self.known = target, known

    @abstractmethod
    def draw(self, draw: Draw, *, doubled: bool) -> Drawn[A] | None:
        """None when there is nothing to compare yet."""

    @abstractmethod
    def compare(self, drawn: Drawn[A], seed: int) -> Compared: ...

    @abstractmethod
    def examples(self, drawn: Drawn[A]) -> list[dict[str, str]]: ...

    def calls(self, *, doubled: bool = False) -> int:
        """Whole answers that the next look asks for; what is one token long is none."""
        return 0

    def outputs(self, draw: Draw, drawn: Drawn[A]) -> dict[str, Any]:
        """What the ledger keeps of a draw."""
        return outputs(drawn)

    def phi(self) -> float:
        """Of the model: fingerprint and texts of all its cells."""
        store = self.workspace.store
        known = drift.calibrations(store, self.target.key)
        return phi(known, drift.quiet(store, self.target.key, ("fingerprint", "text"), self._lately()))

    def standing(self) -> Looked:
        """As the newest draw against this reference left it."""
        last = drift.last(self.workspace.store, self.target.name, self.name, self.known.row.at)
        if last is None:
            return Looked(Leg(Watch(self.floor), None, self.phi(), NOTHING))
        coverage = Coverage(last.planned, last.done, last.failed)
        return Looked(Leg(Watch.load(last.watch), None, last.phi or self.phi(), coverage))

    def look(self, *, doubled: bool = False) -> Looked:
        """The look that is due, if one is; a draw that lost too many calls turns no key and clears none."""
        before = self.standing()
        watch, draw, earliest = before.leg.watch, before.leg.watch.wants(), before.leg.watch.not_before()
        if draw is None or (earliest is not None and self.workspace.now() < earliest):
            return before
        drawn = self.draw(draw, doubled=doubled)
        if drawn is None:
            return before
        factor = self.phi()
        if not drawn.coverage.enough:
            self._keep(draw, watch, None, factor, drawn)
            return Looked(Leg(watch, None, factor, drawn.coverage), drawn=True)
        shift, note = self.compare(drawn, seed_of(self.target.name, self.workspace.now().isoformat()))
        after = watch.take(Look(self.workspace.now(), shift.z, factor, shift.effect, shift.calls))
        self._keep(draw, after, shift, factor, drawn)
        examples = self.examples(drawn) if after.looks else ()
        return Looked(Leg(after, shift, factor, drawn.coverage, note), drawn=True, examples=examples)

    def _lately(self) -> datetime:
        return self.workspace.now() - timedelta(days=NIGHTS)

    def _keep(self, draw: Draw, watch: Watch, shift: Shift | None, factor: float, drawn: Drawn[A]) -> None:
        row = Check(
            target=self.target.name,
            model=self.target.key,
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
            outputs=self.outputs(draw, drawn),
            at=self.workspace.now(),
        )
        self.workspace.store.tx(lambda tx: drift.check(tx, [row]))
