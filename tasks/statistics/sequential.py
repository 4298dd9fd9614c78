"""One-sided critical values for looks after each of R rounds (Wang and Tsiatis 1987, shape .25, total error .05)."""

from __future__ import annotations

CRITICAL: dict[int, tuple[float, ...]] = {
    1: (1.645,),
    3: (2.366, 1.990, 1.798),
    5: (2.779, 2.337, 2.112, 1.965, 1.859),
}
"""z(k) = z(R) * (k / R) ** -.25: at equal information steps the chance of ever crossing is .05 (tested)."""


def critical(rounds_max: int, look: int) -> float:
    """The z of look 1..rounds_max. ValueError for a plan other than 1, 3 or 5 rounds, or a look outside it."""
    if rounds_max not in CRITICAL:
        raise ValueError(f"a gate runs {', '.join(map(str, CRITICAL))} rounds, found {rounds_max!r}")
    if not 1 <= look <= rounds_max:
        raise ValueError(f"looks are numbered 1 to {rounds_max}, found {look!r}")
    return CRITICAL[rounds_max][look - 1]
