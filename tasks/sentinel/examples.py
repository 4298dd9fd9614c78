"""Answers before and now, side by side: what a person looks at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tasks.drift.logprobs import Vector, Vectors

Answers = Mapping[str, Sequence[str]]

SHOWN = 3
_LENGTH = 300
"""Characters of an answer that are kept."""


def moved(before: Answers, now: Answers) -> list[dict[str, str]]:
    """At most three probes, those first whose commonest answer of before became rarest; only where one moved."""
    found = []
    for probe, answers in now.items():
        if not answers or not before.get(probe):
            continue
        (was, count), (is_, _) = Counter(before[probe]).most_common(1)[0], Counter(answers).most_common(1)[0]
        fell = count / len(before[probe]) - Counter(answers)[was] / len(answers)
        if fell > 0 and was != is_:
            found.append((-fell, probe, was, is_))
    return [{"probe": p, "before": was[:_LENGTH], "now": is_[:_LENGTH]} for _, p, was, is_ in sorted(found)[:SHOWN]]


def shifted(before: Vectors, now: Vectors) -> list[dict[str, str]]:
    """At most three messages, those first whose likeliest token of before moved most; what is likeliest, with nats."""
    pairs = [(message, before[message][0], drawn[0]) for message, drawn in now.items() if drawn and before.get(message)]
    found = sorted(pairs, key=lambda pair: (-_moved_by(*pair[1:]), pair[0]))
    return [{"probe": m, "before": _likeliest(was), "now": _likeliest(is_)} for m, was, is_ in found[:SHOWN]]


def _moved_by(was: Vector, now: Vector) -> float:
    token = max(was, key=lambda one: was[one])
    return abs(was[token] - now.get(token, min(now.values())))


def _likeliest(vector: Vector) -> str:
    first = sorted(vector, key=lambda token: -vector[token])[:SHOWN]
    return ", ".join(f"{token!r} {vector[token]:.2f}" for token in first)
