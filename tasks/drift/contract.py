"""The contract of an endpoint: what one look at a reply tells without any statistics.

Compared for equality with a blessed reference. A difference counts when a second, fresh probe shows it too; it is
then certain, whatever the answers look like. Prompt tokens of five fixed messages catch a hidden prefix and another
tokenizer in one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CANONICAL = (
    "x",
    "Name one colour.",
    '{"order": "A-1042", "items": [1, 2, 3]}',
    "Grüße aus Köln: 12,50 € für 3 Stück, bitte!",
    "The parcel that was promised for Tuesday has not arrived, and nobody answers the phone.",
)
"""The messages whose prompt tokens are counted: a letter, a sentence, JSON, other scripts' letters, a long sentence."""

TEMPERATURE, SEED, LOGPROBS = "temperature", "seed", "logprobs"
"""Capabilities: each is tried with a real call, since tables of what a provider supports are wrong."""


class Level(StrEnum):
    """Ordered: SAME < NOTED < CHANGED < BROKEN. NOTED is shown and changes no verdict."""

    SAME = "same"
    NOTED = "noted"
    CHANGED = "changed"
    BROKEN = "broken"

    @property
    def severity(self) -> int:
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Reference:
    """What the endpoint said when a person blessed it. None in `prompt_tokens`: not reported for that message.

    `capabilities`: whether it took the request that tries one; without those whose call was lost.
    """

    response_model: str | None
    system_fingerprint: str | None
    prompt_tokens: tuple[int | None, ...]
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    finish_reasons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Observed:
    """What it says tonight. `refused`: calls the provider rejects for good (no such model, no such parameter).

    `failed`: calls lost in transport (time-outs, limits, 5xx); they say nothing about the model. Calls that try
    capabilities are not counted.
    """

    response_model: str | None
    system_fingerprint: str | None
    prompt_tokens: tuple[int | None, ...]
    capabilities: Mapping[str, bool] = field(default_factory=dict)
    finish_reasons: frozenset[str] = frozenset()
    calls: int = 0
    refused: int = 0
    failed: int = 0

    @property
    def error_rate(self) -> float:
        """Share of calls lost in transport; 1 when there was none."""
        return self.failed / self.calls if self.calls else 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    signal: str
    was: str
    now: str

    @property
    def sentence(self) -> str:
        return f"{self.signal} was {self.was}, is {self.now}"


@dataclass(frozen=True, slots=True)
class Contract:
    """The outcome for an endpoint. `calls` and `failed` of all probes together."""

    level: Level
    findings: tuple[Finding, ...]
    calls: int
    failed: int

    @property
    def error_rate(self) -> float:
        return self.failed / self.calls if self.calls else 1.0


def compare(reference: Reference, observed: Observed) -> tuple[Finding, ...]:
    """Everything that differs, the worst first. What was not reported tonight is no difference."""
    found = [
        *_refused(observed),
        *_lost(reference, observed),
        *_model(reference, observed),
        *_tokens(reference, observed),
        *_reasons(reference, observed),
        *_noted(reference, observed),
    ]
    return tuple(sorted(found, key=lambda finding: -finding.level.severity))


def wants_retry(findings: tuple[Finding, ...]) -> bool:
    """Whether a second probe is needed before anything is said."""
    return any(finding.level.severity >= Level.CHANGED.severity for finding in findings)


def settle(reference: Reference, first: Observed, second: Observed | None = None) -> Contract:
    """The outcome of one or two probes: what is CHANGED or BROKEN counts only where the second says the same.

    Without a second probe nothing above NOTED counts.
    """
    again = {(f.signal, f.level) for f in compare(reference, second)} if second else set()
    found = tuple(f for f in compare(reference, first) if f.level is Level.NOTED or (f.signal, f.level) in again)
    probes = [probe for probe in (first, second) if probe]
    level = found[0].level if found else Level.SAME
    return Contract(level, found, sum(p.calls for p in probes), sum(p.failed for p in probes))


def _refused(observed: Observed) -> list[Finding]:
    if not observed.refused:
        return []
    return [Finding(Level.BROKEN, "requests", "accepted", "rejected by the provider")]


def _lost(reference: Reference, observed: Observed) -> list[Finding]:
    had = sorted(name for name, works in reference.capabilities.items() if works)
    lost = [name for name in had if observed.capabilities.get(name, True) is False]
    return [Finding(_severity(name), name, "supported", "refused") for name in lost]


def _severity(capability: str) -> Level:
    """Prompts send temperatures and seeds, so theirs break; nobody but the sentinel asks for log-probabilities."""
    return Level.CHANGED if capability == LOGPROBS else Level.BROKEN


def _model(reference: Reference, observed: Observed) -> list[Finding]:
    return _differs(Level.CHANGED, "response model", reference.response_model, observed.response_model)


def _tokens(reference: Reference, observed: Observed) -> list[Finding]:
    pairs = zip(reference.prompt_tokens, observed.prompt_tokens, strict=True)
    if all(None in pair or pair[0] == pair[1] for pair in pairs):
        return []
    return [Finding(Level.CHANGED, "prompt tokens", _counts(reference.prompt_tokens), _counts(observed.prompt_tokens))]


def _reasons(reference: Reference, observed: Observed) -> list[Finding]:
    new = observed.finish_reasons - reference.finish_reasons
    if not new or not reference.finish_reasons:
        return []
    was = ", ".join(sorted(reference.finish_reasons))
    return [Finding(Level.CHANGED, "finish reason", was, ", ".join(sorted(new)))]


def _noted(reference: Reference, observed: Observed) -> list[Finding]:
    gained = [
        n for n, works in sorted(observed.capabilities.items()) if works and reference.capabilities.get(n) is False
    ]
    found = [Finding(Level.NOTED, name, "refused", "supported") for name in gained]
    return found + _differs(
        Level.NOTED, "system fingerprint", reference.system_fingerprint, observed.system_fingerprint
    )


def _differs(level: Level, signal: str, was: str | None, now: str | None) -> list[Finding]:
    return [] if None in (was, now) or was == now else [Finding(level, signal, repr(was), repr(now))]


def _counts(tokens: tuple[int | None, ...]) -> str:
    return "/".join("?" if count is None else str(count) for count in tokens)
