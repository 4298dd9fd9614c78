"""A night of the sentinel: contracts, fingerprints, texts, and the second draws that are due, in order of cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from registry.errors import ModelError
from tasks.drift.contract import Contract, Level
from tasks.drift.verdict import CellVerdict, Evidence, Finding, Leg, judge
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Found
from tasks.matrix import gathering
from tasks.matrix.cell import Cell
from tasks.matrix.plan import Plan
from tasks.matrix.tonight import tonight
from tasks.release.workspace import Workspace

from . import probing
from .blessing import Blessed, Target, add_batch, blessed, lacks, pending, wanted
from .consequences import follow
from .damage import damaged
from .examples import moved
from .looking import Lens, Looked, keep_contract
from .target import Endpoint, Sizes, Texts, endpoint, texts

NO_FINGERPRINT = "no fingerprint, the model has too few border inputs: only its contract was compared"

Told = Callable[[Found], None]
Announce = Callable[[Plan], None]


@dataclass
class _Watched:
    """An endpoint or a cell, and what is known of it tonight. `calls` are those made for it."""

    target: Target
    known: Blessed
    lens: Lens
    looked: Looked
    contract: Contract | None = None
    calls: int = 0

    @property
    def fingerprint(self) -> Leg | None:
        """Of an endpoint that has border inputs."""
        return self.looked.leg if self.known.collected.probes else None

    @property
    def due(self) -> datetime | None:
        """When the second draw may be made; None when none is open."""
        return self.looked.leg.watch.not_before() if self.looked.leg.watch.open else None


@dataclass
class Night:
    """One environment, one night. `wait`: second draws are waited for, an hour at least; else they are left to the
    next run. `announce` hears the plan before a call is made, `told` hears each finding."""

    workspace: Workspace
    environment: str
    sizes: Sizes = field(default_factory=Sizes)
    wait: bool = True
    calls: int | None = None
    usd: float | None = None
    _gate: Gateway = field(init=False, repr=False)
    _began: datetime = field(init=False, repr=False)
    _left: int | None = field(init=False, repr=False)

    def run(self, announce: Announce, told: Told) -> list[Found]:
        plan = tonight(self.workspace, self.environment, calls=self.calls, usd=self.usd)
        announce(plan)
        self._gate, self._began = probing.door(plan.budget.usd), self.workspace.now()
        self._left = plan.budget.calls
        found: list[Found] = []

        def said(rows: list[Found]) -> None:
            for row in rows:
                found.append(row)
                told(row)

        ends = {row.target: self._endpoint(row.target, said) for row in plan.of("fingerprint")}
        watched = {name: one for name, one in ends.items() if one is not None}
        alarmed = frozenset(name for name, one in watched.items() if _alarming(one))
        if alarmed:
            plan = tonight(self.workspace, self.environment, calls=self.calls, usd=self.usd, alarmed=alarmed)
        planned = [row.cell for row in plan.of("text") if row.cell is not None]
        cells = [self._cell(cell, alarmed, said) for cell in [*planned, *self._unfinished(planned)]]
        texts_ = [cell for cell in cells if cell is not None]
        self._confirm([*watched.values(), *texts_])
        for one in watched.values():
            said([self._finding(one, watched)])
        for one in texts_:
            said([self._finding(one, watched)])
        return found

    def _unfinished(self, planned: list[Cell]) -> list[Cell]:
        """Cells that are not due tonight, and whose first draw fired on another night."""
        others = [
            cell
            for cell in gathering.cells(self.workspace, self.environment, self.workspace.now())
            if cell.role == "primary" and cell.cases is not None and cell not in planned
        ]
        return [cell for cell in others if self._fired(texts(self.workspace, cell, self.sizes))]

    def _fired(self, target: Texts) -> bool:
        known = blessed(self.workspace.store, target)
        if known is None:
            return False
        watch = Lens(self.workspace, self._gate, target, known, self.sizes).standing().leg.watch
        return bool(watch.looks) and watch.wants() is not None

    def _endpoint(self, name: str, said: Callable[[list[Found]], None]) -> _Watched | None:
        target, before = endpoint(self.workspace, name), self._gate.budget.calls
        known = blessed(self.workspace.store, target)
        if known is None:
            said([self._collect(target, self.sizes.screen)])
            return None
        contract = keep_contract(self.workspace, self._gate, target, known)
        lens = Lens(self.workspace, self._gate, target, known, self.sizes)
        worth = known.collected.probes and contract.failed < contract.calls and contract.level is not Level.BROKEN
        looked = lens.look() if worth else lens.standing()
        return _Watched(target, known, lens, looked, contract, self._gate.budget.calls - before)

    def _cell(self, cell: Cell, alarmed: frozenset[str], said: Callable[[list[Found]], None]) -> _Watched | None:
        target, before = texts(self.workspace, cell, self.sizes), self._gate.budget.calls
        known = blessed(self.workspace.store, target)
        if known is None:
            said([self._collect(target, self.sizes.text_screen)])
            return None
        lens = Lens(self.workspace, self._gate, target, known, self.sizes)
        looked = self._look(lens, doubled=cell.model in alarmed)
        return _Watched(target, known, lens, looked, None, self._gate.budget.calls - before)

    def _look(self, lens: Lens, *, doubled: bool = False) -> Looked:
        """Within the night's calls: a look that has no room is left to another night, and what is open stays open."""
        wanted = lens.calls(doubled=doubled)
        if self._left is not None and wanted > self._left:
            return lens.standing()
        looked = lens.look(doubled=doubled)
        if self._left is not None and looked.drawn is not None:
            self._left -= wanted
        return looked

    def _collect(self, target: Target, draws: int) -> Found:
        """Without a blessed reference nothing can be said: tonight's answers are kept for a person to bless."""
        before, needed = self._gate.budget.calls, wanted(target, self.sizes)
        try:
            if lacks(pending(self.workspace.store, target), target, self.sizes):
                add_batch(self.workspace, self._gate, target, self.sizes, draws)
            have = pending(self.workspace.store, target)
            said = f"no blessed reference; {have.draws} of {needed} answers a probe are drawn, on {have.days} days"
        except ModelError as error:
            said = f"no blessed reference, and none could be drawn: {error.found}"
        verdict = CellVerdict(Finding.INCONCLUSIVE, said, False, False, None)
        return self._keep(target, verdict, [], self._gate.budget.calls - before)

    def _confirm(self, watched: list[_Watched]) -> None:
        """The second, fresh draws; the earliest first."""
        opened = [(due, one) for one in watched if (due := one.due) is not None]
        for due, one in sorted(opened, key=lambda pair: pair[0]):
            left = (due - self.workspace.now()).total_seconds()
            if left > 0:
                if not self.wait:
                    continue
                self.workspace.pause(left)
            before = self._gate.budget.calls
            one.looked = self._look(one.lens)
            one.calls += self._gate.budget.calls - before

    def _finding(self, one: _Watched, endpoints: dict[str, _Watched]) -> Found:
        verdict = judge(self._evidence(one, endpoints))
        if not one.known.collected.probes:
            verdict = replace(verdict, sentence=f"{NO_FINGERPRINT}; {verdict.sentence}")
        kept = self._keep(one.target, verdict, _examples(one), one.calls)
        if verdict.changed and verdict.pages:
            follow(self.workspace, kept, one.known.row.at)
        return kept

    def _evidence(self, one: _Watched, endpoints: dict[str, _Watched]) -> Evidence:
        """A cell's evidence holds that of its endpoint."""
        if isinstance(one.target, Endpoint):
            return Evidence(one.contract, one.fingerprint)
        on = endpoints.get(one.target.cell.model)
        contract, fingerprint = (on.contract, on.fingerprint) if on is not None else (None, None)
        moved_ = any(leg.watch.confirmed for leg in (fingerprint, one.looked.leg) if leg is not None)
        first = one.looked.leg.watch.first_seen or self._began
        changed = contract is not None and contract.level.severity >= Level.CHANGED.severity
        damage = damaged(self.workspace, one.target, one.known, first) if moved_ or changed else None
        return Evidence(contract, fingerprint, one.looked.leg, damage)

    def _keep(self, target: Target, verdict: CellVerdict, examples: list[dict[str, str]], calls: int) -> Found:
        model = target.model if isinstance(target, Endpoint) else target.arm.model
        row = Found(
            target=target.name,
            model=model.key,
            environment=self.environment,
            prompt_id=target.cell.prompt if isinstance(target, Texts) else None,
            finding=verdict.finding,
            verdict=verdict.verdict,
            sentence=verdict.sentence,
            changed=verdict.changed,
            pages=verdict.pages,
            since=verdict.since or (self.workspace.now() if verdict.changed else None),
            examples=list(examples),
            calls=calls,
            at=self.workspace.now(),
        )
        self.workspace.store.tx(lambda tx: drift.find(tx, [row]))
        return row


def _examples(one: _Watched) -> list[dict[str, str]]:
    """Nothing where no key turned."""
    if one.looked.drawn is None or not one.looked.leg.watch.looks:
        return []
    return moved(one.known.collected.answers, one.looked.drawn.answers)


def _alarming(one: _Watched) -> bool:
    """Its cells are looked at more closely tonight."""
    contract = one.contract is not None and one.contract.level.severity >= Level.CHANGED.severity
    return contract or bool(one.looked.leg.watch.looks)
