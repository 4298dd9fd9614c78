"""The gate as a stage: fetch the versions and the test, run rounds, decide, store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from registry.behavior import short
from tasks.evaluation.result import CaseResult
from tasks.gate.comparing import CANDIDATE, first_cases, pairs, slices
from tasks.gate.decide import decide
from tasks.gate.first import FirstVerdict, decide_first
from tasks.gate.judging import confirmations, warning
from tasks.gate.labelled import Differences, corrected, differences
from tasks.gate.look import GateVerdict, Look
from tasks.gate.measuring import worn
from tasks.gate.rounds import Asked, ask, gateway, results, round_jobs, rows
from tasks.gate.subject import Subject, of_record, standing
from tasks.gateway.gateway import Gateway
from tasks.ledger import eval_result, gate_test
from tasks.ledger.gate_test import GateTest
from tasks.ledger.store import Transaction
from tasks.release.record import Record, Step
from tasks.release.recording import StageOutcome
from tasks.release.verdict import Verdict
from tasks.release.workspace import Workspace

STAGE = "gate"


def run(workspace: Workspace, record: Record, step: Step) -> StageOutcome:
    """Go on with the gate's test until it answers. A test that is closed answers at once."""
    subject = of_record(workspace, record, full=True)
    test = workspace.store.tx(lambda tx: standing(tx, subject, record, workspace.now()))
    if test.verdict is not None:
        return StageOutcome(Verdict(test.verdict), f"{test.reason} (as tested before)", dict(test.evidence or {}))
    return _Test(workspace, record, subject, test).judge()


class _Test:
    """One open gate test, taken as far as it needs to go."""

    def __init__(self, workspace: Workspace, record: Record, subject: Subject, test: GateTest) -> None:
        self.workspace, self.record, self.subject, self.test = workspace, record, subject, test
        self.door: Gateway = gateway(workspace, record)
        kept = eval_result.of_test(workspace.store, test.gate_test_id)
        self.results = [
            r for r in results(kept, subject.selection) if r.round <= test.rounds_done or r.arm == "must_pass"
        ]
        self.calls = 0
        self.cost_usd: float | None = 0.0

    def judge(self) -> StageOutcome:
        done = self.test.rounds_done
        verdict = self._look(done) if done else None
        while verdict is None or _goes_on(verdict):
            done += 1
            asked = self._round(done)
            if asked.stopped is not None:
                return self._error(asked.stopped)
            verdict = self._look(done)
        return self._close(verdict, done)

    def _round(self, number: int) -> Asked:
        jobs = round_jobs(self.subject.selection, self.subject.arms, number)
        asked = ask(
            self.workspace,
            self.door,
            self.subject.selection,
            jobs,
            test=self.test.gate_test_id,
            stage=self._stage(number),
        )
        self.calls += asked.calls
        self.cost_usd = asked.cost_usd
        self.results += asked.results
        return asked

    def _stage(self, number: int) -> str:
        return STAGE if number == 1 else f"{STAGE} round {number}"

    def _look(self, done: int) -> GateVerdict | FirstVerdict:
        confirm = confirmations(self.subject.judging, self.subject.selection, self.results)
        if self.record.first:
            return _confirmed(decide_first(first_cases(self.results, done), self._min_score()), confirm.all)
        look = Look(
            pairs=pairs(self.results, done),
            rounds_done=done,
            rounds_max=self.test.rounds_max,
            margin=self.test.margin,
            risk=self.subject.version.risk,
            seed=int(self.test.gate_test_id[:8], 16),
            confirm=confirm.all,
        )
        return corrected(decide(look), look, confirm.doubts, self._people())

    def _people(self) -> Differences:
        """How much better people found the candidate's answers than live's, where they labelled both."""
        record = self.record
        labels = self.subject.judging.pairs if self.subject.judging else ()
        known = ((record.from_behavior, record.from_version), (record.to_behavior, record.to_version))
        names = {short(behavior): version for behavior, version in known if behavior and version}
        return differences(labels, record.to_version, record.from_version, names)

    def _min_score(self) -> float:
        return self.subject.selection.evalset.min_score or 0.0

    def _error(self, reason: str) -> StageOutcome:
        return StageOutcome(Verdict.ERROR, reason, self._evidence({}), self.calls, self.cost_usd)

    def _close(self, verdict: GateVerdict | FirstVerdict, done: int) -> StageOutcome:
        """Keep the results; an error leaves the test open, so that running again asks for what is missing."""
        evidence = self._evidence(_told(verdict))
        said = f"{verdict.reason}{warning(self.subject.judging)}{self._worn()}"
        reason = f"{said} {self.calls} calls, {_money(self.cost_usd)}."
        if verdict.verdict is not Verdict.ERROR:
            self._store(verdict, evidence, done)
        return StageOutcome(verdict.verdict, reason, evidence, self.calls, self.cost_usd)

    def _worn(self) -> str:
        candidate = next(arm for arm in self.subject.arms if arm.name == CANDIDATE)
        return worn(self.workspace.store, self.subject.selection, candidate.artifact.behavior)

    def _store(self, verdict: GateVerdict | FirstVerdict, evidence: dict[str, Any], done: int) -> None:
        now, id_ = self.workspace.now(), self.test.gate_test_id
        new = rows([r for r in self.results if not r.from_cache or r.round > self.test.rounds_done], id_, now)

        def write(tx: Transaction) -> None:
            eval_result.insert_many(tx, new)
            gate_test.advance(tx, id_, done)
            gate_test.close(tx, id_, verdict=verdict.verdict, reason=verdict.reason, evidence=evidence, at=now)

        self.workspace.store.tx(write)

    def _evidence(self, found: dict[str, Any]) -> dict[str, Any]:
        selection = self.subject.selection
        return {
            **found,
            "evalset": selection.name,
            "evalset_sha": selection.sha,
            "gate_test_id": self.test.gate_test_id,
            "slices": slices(self.results),
            **({"judge": self.subject.judging.evidence} if self.subject.judging else {}),
        }


def _confirmed(verdict: FirstVerdict, confirm: Sequence[str]) -> FirstVerdict:
    """A pass that a judge had part in is a person's to give, as long as there is something to confirm."""
    if verdict.verdict is not Verdict.PASS or not confirm:
        return verdict
    reason = f"{verdict.reason} A person has to confirm: {'; '.join(confirm)}."
    return replace(verdict, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _goes_on(verdict: GateVerdict | FirstVerdict) -> bool:
    return isinstance(verdict, GateVerdict) and verdict.needs_more_round


def _told(verdict: GateVerdict | FirstVerdict) -> dict[str, Any]:
    """The numbers of a verdict as JSON, without what a stage result says itself."""
    found = asdict(verdict)
    for name in ("verdict", "reason"):
        del found[name]
    for name in ("live", "anchor", "score"):
        if name in found:
            row = getattr(verdict, name)
            found[name] = row._asdict() if row is not None else None
    found["guards"] = [_guard(guard) for guard in getattr(verdict, "guards", ())]
    return found


def _guard(guard: Any) -> dict[str, Any]:
    row = {"name": guard.name, "kind": guard.kind, "units": guard.units, "p": guard.p, "found": guard.found}
    return {**row, **guard.row._asdict()}


def _money(cost_usd: float | None) -> str:
    return "cost unknown" if cost_usd is None else f"{cost_usd:.4f} USD"


def evidence_of(verdict: GateVerdict, results_: Sequence[CaseResult]) -> dict[str, Any]:
    """The same numbers for the fast gate."""
    return {**_told(verdict), "slices": slices(list(results_))}
