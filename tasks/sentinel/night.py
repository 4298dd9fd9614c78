"""A night of the sentinel: contracts, fingerprints, texts, and the second draws that are due, in order of cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.errors import ModelError
from tasks.drift.contract import Level
from tasks.drift.verdict import CellVerdict, Evidence, Finding, judge
from tasks.gateway.gateway import Gateway
from tasks.ledger import drift
from tasks.ledger.drift import Found
from tasks.matrix import gathering
from tasks.matrix.cell import Cell
from tasks.matrix.plan import Plan
from tasks.matrix.tonight import tonight
from tasks.release.workspace import Workspace

from . import lenses, probing
from .batches import add_batch, lacks, pending, wanted
from .blessing import blessed
from .consequences import follow
from .damage import damaged
from .looking import Lens, Looked, keep_contract
from .target import Endpoint, Sizes, Target, Texts, endpoint, texts
from .watched import Watched

Told = Callable[[Found], None]
Announce = Callable[[Plan], None]


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
        """Raises AccessDenied, before a call, where a drift could not take certificates away."""
        self.workspace.publisher.check_writable(self.environment)
        plan = tonight(self.workspace, self.environment, calls=self.calls, usd=self.usd)
        announce(plan)
        self._gate, self._began = probing.door(plan.budget.usd), self.workspace.now()
        self._left = None if plan.budget.calls is None else plan.budget.calls - sum(r.calls for r in plan.of("drawn"))
        found: list[Found] = []

        def said(rows: list[Found]) -> None:
            for row in rows:
                found.append(row)
                told(row)

        ends = {row.target: self._endpoint(row.target, said) for row in plan.of("fingerprint")}
        watched = {name: one for name, one in ends.items() if one is not None}
        alarmed = frozenset(name for name, one in watched.items() if one.alarming)
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
        legs = lenses.of_texts(self.workspace, self._gate, target, known, self.sizes)
        watches = [lens.standing().leg.watch for lens in legs]
        return any(watch.looks and watch.wants() is not None for watch in watches)

    def _endpoint(self, name: str, said: Callable[[list[Found]], None]) -> Watched | None:
        target, before = endpoint(self.workspace, name), self._gate.budget.calls
        known = blessed(self.workspace.store, target)
        if known is None:
            said([self._collect(target, self.sizes.screen)])
            return None
        contract = keep_contract(self.workspace, self._gate, target, known)
        legs = lenses.of_endpoint(self.workspace, self._gate, target, known, self.sizes)
        one = Watched(target, known, legs, contract)
        worth = contract.failed < contract.calls and contract.level is not Level.BROKEN
        lost = {finding.signal for finding in contract.findings}
        for lens in legs:
            one.looked[lens.name] = lens.look() if worth and lens.name not in lost else lens.standing()
        one.calls = self._gate.budget.calls - before
        return one

    def _cell(self, cell: Cell, alarmed: frozenset[str], said: Callable[[list[Found]], None]) -> Watched | None:
        target, before = texts(self.workspace, cell, self.sizes), self._gate.budget.calls
        known = blessed(self.workspace.store, target)
        if known is None:
            said([self._collect(target, self.sizes.text_screen)])
            return None
        one = Watched(target, known, lenses.of_texts(self.workspace, self._gate, target, known, self.sizes))
        for lens in one.lenses:
            one.looked[lens.name] = self._look(lens, doubled=cell.model in alarmed)
        one.calls = self._gate.budget.calls - before
        return one

    def _look(self, lens: Lens[Any, Any], *, doubled: bool = False) -> Looked:
        """Within the night's calls: a look that has no room is left to another night, and what is open stays open."""
        wanted = lens.calls(doubled=doubled)
        if self._left is not None and wanted > self._left:
            return lens.standing()
        looked = lens.look(doubled=doubled)
        if self._left is not None and looked.drawn:
            self._left -= wanted
        return looked

    def _collect(self, target: Target, draws: int) -> Found:
        """Without a blessed reference nothing can be said: tonight's answers are kept for a person to bless."""
        before = self._gate.budget.calls
        try:
            if lacks(pending(self.workspace.store, target), target, self.sizes):
                add_batch(self.workspace, self._gate, target, self.sizes, draws)
            have = pending(self.workspace.store, target)
            needed = wanted(have, target, self.sizes)
            said = f"no blessed reference; {have.draws} of {needed} answers a probe are drawn, on {have.days} days"
        except ModelError as error:
            said = f"no blessed reference, and none could be drawn: {error.found}"
        verdict = CellVerdict(Finding.INCONCLUSIVE, said, False, False, None)
        return self._keep(target, verdict, [], self._gate.budget.calls - before)

    def _confirm(self, watched: list[Watched]) -> None:
        """The second, fresh draws; the earliest first."""
        opened = [(due, number, lens) for number, one in enumerate(watched) for due, lens in one.due]
        for due, number, lens in sorted(opened, key=lambda one: one[:2]):
            left = (due - self.workspace.now()).total_seconds()
            if left > 0:
                if not self.wait:
                    continue
                self.workspace.pause(left)
            before = self._gate.budget.calls
            watched[number].looked[lens.name] = self._look(lens)
            watched[number].calls += self._gate.budget.calls - before

    def _finding(self, one: Watched, endpoints: dict[str, Watched]) -> Found:
        verdict = judge(self._evidence(one, endpoints))
        kept = self._keep(one.target, verdict, list(one.examples), one.calls)
        if verdict.changed and verdict.pages:
            follow(self.workspace, kept, one.known.row.at)
        return kept

    def _evidence(self, one: Watched, endpoints: dict[str, Watched]) -> Evidence:
        """A cell's evidence holds that of its endpoint."""
        if isinstance(one.target, Endpoint):
            return Evidence(one.contract, one.leg("fingerprint"), one.leg("logprobs"), notes=one.notes)
        on = endpoints.get(one.target.cell.model)
        first = (on.contract, on.leg("fingerprint"), on.leg("logprobs")) if on is not None else (None, None, None)
        legs = [*one.legs, *(on.legs if on is not None else ())]
        moved = any(leg.watch.confirmed for leg in legs) or (on is not None and on.changed)
        damage = damaged(self.workspace, one.target, one.known, one.first_seen or self._began) if moved else None
        return Evidence(*first, one.leg("text"), one.leg("week"), damage, one.notes)

    def _keep(self, target: Target, verdict: CellVerdict, examples: list[dict[str, str]], calls: int) -> Found:
        row = Found(
            target=target.name,
            model=target.key,
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
