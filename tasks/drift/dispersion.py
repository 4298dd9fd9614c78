"""The over-dispersion factor phi of an endpoint: how much more its nights vary than independent calls would.

Real endpoints route to a mixture of backends, so calls of one night are alike and z is too large on quiet nights. phi
is the root mean square of z over batches of the reference and over quiet nights; z / phi is what the keys look at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tasks.drift import fingerprint, logprobs, text
from tasks.drift.shift import T
from tasks.drift.text import Texts, Vectors

START = 1.3
"""Until ENOUGH values exist, phi is at least this."""
ENOUGH = 14
NIGHTS = 14
"""So many of the last nights without an alarm count."""


def phi(calibration: Sequence[float], quiet: Sequence[float]) -> float:
    """max(1, rms of z): `calibration` from batches of the reference, `quiet` from the last NIGHTS nights without alarm.

    All cells of one endpoint count together; log-probabilities count by themselves. At least START as long as there are
    fewer than ENOUGH values.
    """
    values = [*calibration, *quiet]
    rms = math.sqrt(math.fsum(z * z for z in values) / len(values)) if values else 0.0
    return max(START if len(values) < ENOUGH else 1.0, rms)


def calibrate_fingerprint(batches: Sequence[fingerprint.Draws], seed: int) -> tuple[float, ...]:
    """z of each batch of the reference against the others."""
    return tuple(
        fingerprint.compare(_others(batches, left), batch, seed + left).z for left, batch in enumerate(batches)
    )


def calibrate_logprobs(batches: Sequence[logprobs.Vectors], seed: int) -> tuple[float, ...]:
    """z of each batch of the reference against the others."""
    return tuple(
        logprobs.compare(_others(batches, left), batch, seed + left).shift.z for left, batch in enumerate(batches)
    )


def calibrate_text(batches: Sequence[Texts], seed: int, vectors: Sequence[Vectors] | None = None) -> tuple[float, ...]:
    """z of each batch of the reference against the others; `vectors` are the batches' embeddings."""
    found = []
    for left, batch in enumerate(batches):
        embedded = None if vectors is None else (_other_vectors(vectors, left), vectors[left])
        found.append(text.compare(_others(batches, left), batch, seed + left, embedded).z)
    return tuple(found)


def _others(batches: Sequence[Mapping[str, Sequence[T]]], left: int) -> dict[str, tuple[T, ...]]:
    pooled: dict[str, tuple[T, ...]] = {}
    for batch in (*batches[:left], *batches[left + 1 :]):
        for probe, answers in batch.items():
            pooled[probe] = pooled.get(probe, ()) + tuple(answers)
    return pooled


def _other_vectors(batches: Sequence[Vectors], left: int) -> Vectors:
    others = (*batches[:left], *batches[left + 1 :])
    cases = {case for batch in others for case in batch}
    return {case: np.concatenate([batch[case] for batch in others if case in batch]) for case in cases}
