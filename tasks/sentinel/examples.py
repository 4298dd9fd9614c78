"""Answers before and now, side by side: what a person looks at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

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
