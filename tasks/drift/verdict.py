"""The finding of a cell or an endpoint on one night, and the sentence a person reads.

Worst first: a broken contract, a change with its harm, too little evidence, numbers only, stable. Too little evidence
is never shown as stable, and stable says what would have been found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tasks.drift.contract import Contract, Level
from tasks.drift.harm import Damage, Harm
from tasks.drift.rule import CHANGED_FLOOR, LOGPROBS_CHANGED_FLOOR, Watch
from tasks.drift.shift import Shift
from tasks.release.verdict import Verdict

MOST_ERRORS = 0.10
LEAST_DONE = 0.80


class Finding(StrEnum):
    STABLE = "stable"
    NUMERICS = "numerics"
    DRIFT_BENIGN = "drift_benign"
    DRIFT_DEGRADED = "drift_degraded"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"

    @property
    def verdict(self) -> Verdict:
        return _VERDICTS[self]


_VERDICTS = {
    Finding.STABLE: Verdict.PASS,
    Finding.NUMERICS: Verdict.PASS,
    Finding.DRIFT_BENIGN: Verdict.PASS,
    Finding.DRIFT_DEGRADED: Verdict.REJECT,
    Finding.BROKEN: Verdict.REJECT,
    Finding.INCONCLUSIVE: Verdict.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Calls planned tonight, answered, and lost in transport after the retries of our own."""

    planned: int
    done: int
    failed: int = 0

    @property
    def enough(self) -> bool:
        """At most 10 % errors and at least 80 % of the plan."""
        tried = self.done + self.failed
        return tried > 0 and self.failed <= MOST_ERRORS * tried and self.done >= LEAST_DONE * self.planned


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg tonight: its watch after tonight's look, the look's shift (None: not drawn), phi, its coverage, and what
    there is to say beside the numbers."""

    watch: Watch
    shift: Shift | None
    phi: float
    coverage: Coverage
    note: str = ""

    @property
    def detectable(self) -> float | None:
        """The smallest effect that both keys find with a chance of .80, and no smaller than the floor."""
        return None if self.shift is None else max(self.shift.detectable(self.phi), self.watch.floor)


class _Named(NamedTuple):
    """A leg in a sentence: the unit of its effect, and the digits that matter."""

    name: str
    unit: str
    digits: int


_NAMES = (
    _Named("L1", "TV", 2),
    _Named("L1 log-probabilities", "nats", 2),
    _Named("L2", "words MMD2", 3),
    _Named("L2 week", "week's words MMD2", 3),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a cell tonight. None: not looked at (an endpoint has no texts and no `damage`).

    `week`: pooled texts, on the nights on which a week is full or its second draw is due. `notes`: what could not be
    looked at, in words.
    """

    contract: Contract | None = None
    fingerprint: Leg | None = None
    logprobs: Leg | None = None
    text: Leg | None = None
    week: Leg | None = None
    damage: Damage | None = None
    notes: tuple[str, ...] = ()

    @property
    def named(self) -> list[tuple[_Named, Leg]]:
        pairs = zip(_NAMES, (self.fingerprint, self.logprobs, self.text, self.week), strict=True)
        return [(name, leg) for name, leg in pairs if leg is not None]

    @property
    def legs(self) -> tuple[Leg, ...]:
        return tuple(leg for _, leg in self.named)


@dataclass(frozen=True, slots=True)
class CellVerdict:
    """`pages`: a person is woken. `changed`: a change is certain, whatever its harm. `since`: when first seen."""

    finding: Finding
    sentence: str
    changed: bool
    pages: bool
    since: datetime | None

    @property
    def verdict(self) -> Verdict:
        return self.finding.verdict


def judge(evidence: Evidence) -> CellVerdict:
    """The finding. A change of the fingerprint alone is NUMERICS unless the scores fell."""
    finding, why = _finding(evidence)
    parts = [*_contract(evidence), *_legs(evidence), *evidence.notes, *_damage(evidence), *why]
    since = min((leg.watch.looks[0].at for leg in evidence.legs if leg.watch.looks), default=None)
    sentence = "; ".join(parts) or "nothing was looked at"
    return CellVerdict(finding, f"{sentence}: {finding}", _changed(evidence), _pages(evidence, finding), since)


def _finding(evidence: Evidence) -> tuple[Finding, list[str]]:
    if evidence.contract and evidence.contract.level is Level.BROKEN:
        return Finding.BROKEN, []
    moved = any(leg.watch.confirmed for leg in evidence.legs)
    if (_drifted(evidence) or moved) and evidence.damage and evidence.damage.harm is Harm.DEGRADED:
        return Finding.DRIFT_DEGRADED, []
    if _drifted(evidence):
        return _by_harm(evidence.damage)
    if why := _gaps(evidence):
        return Finding.INCONCLUSIVE, why
    return (Finding.NUMERICS, []) if moved else (Finding.STABLE, _detectable(evidence))


def _drifted(evidence: Evidence) -> bool:
    """The contract or the answers themselves changed."""
    contract = evidence.contract is not None and evidence.contract.level is Level.CHANGED
    return contract or any(leg.watch.confirmed for leg in (evidence.text, evidence.week) if leg is not None)


def _changed(evidence: Evidence) -> bool:
    """Broken, drifted, or an endpoint whose first tokens moved by more than arithmetic does."""
    broken = evidence.contract is not None and evidence.contract.level is Level.BROKEN
    floors = ((evidence.fingerprint, CHANGED_FLOOR), (evidence.logprobs, LOGPROBS_CHANGED_FLOOR))
    moved = any(leg.watch.moved(floor) for leg, floor in floors if leg is not None)
    return broken or _drifted(evidence) or moved


def _pages(evidence: Evidence, finding: Finding) -> bool:
    """Numbers alone wake nobody below CHANGED_FLOOR; a contract wakes at once, a noisy endpoint a night later."""
    if evidence.contract and evidence.contract.level.severity >= Level.CHANGED.severity:
        return True
    return (_changed(evidence) or finding is Finding.DRIFT_DEGRADED) and any(leg.watch.pages for leg in evidence.legs)


def _by_harm(damage: Damage | None) -> tuple[Finding, list[str]]:
    if damage is None:
        return Finding.INCONCLUSIVE, ["the answers changed and their scores are not compared yet"]
    if damage.harm is Harm.BENIGN:
        return Finding.DRIFT_BENIGN, []
    return Finding.INCONCLUSIVE, ["the answers changed and the scores need more calls"]


def _gaps(evidence: Evidence) -> list[str]:
    """What is missing to say anything, in sentences."""
    found = [f"{leg.coverage.done} of {leg.coverage.planned} calls answered" for leg in evidence.legs if _short(leg)]
    found += ["a first draw fired and is not confirmed yet" for leg in evidence.legs if leg.watch.open]
    if evidence.contract and evidence.contract.error_rate > MOST_ERRORS:
        found.append(f"{evidence.contract.failed} of {evidence.contract.calls} contract calls were lost")
    if not evidence.legs and evidence.contract is None:
        found.append("no leg was measured")
    return found


def _short(leg: Leg) -> bool:
    return not leg.coverage.enough or (leg.shift is None and not leg.watch.confirmed)


def _contract(evidence: Evidence) -> list[str]:
    return [finding.sentence for finding in evidence.contract.findings] if evidence.contract else []


def _legs(evidence: Evidence) -> list[str]:
    return [_leg(named, leg) + (f", {leg.note}" if leg.note else "") for named, leg in evidence.named]


def _leg(named: _Named, leg: Leg) -> str:
    looks = leg.watch.looks
    if looks:
        keys, effect = " then ".join(f"{look.z:.1f}" for look in looks), f"{looks[-1].effect:+.{named.digits}f}"
        return f"{named.name} z {keys}, {named.unit} {effect} over noise, first seen {looks[0].at:%Y-%m-%d}"
    return f"{named.name} " + ("not drawn" if leg.shift is None else f"{leg.shift.calls} calls z {leg.shift.z:.1f}")


def _damage(evidence: Evidence) -> list[str]:
    if evidence.damage is None:
        return []
    low, high = evidence.damage.interval
    return [f"score {evidence.damage.delta:+.2f} [{low:.2f}, {high:.2f}]"]


def _detectable(evidence: Evidence) -> list[str]:
    found = [f"{n.unit} +{leg.detectable:.3f}" for n, leg in evidence.named if leg.detectable is not None]
    return [f"would have found {' or '.join(found)}"] if found else []
