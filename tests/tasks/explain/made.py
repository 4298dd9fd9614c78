"""Requests of two windows, made so that it is known why they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from tasks.explain.explain import Explanation, explain
from tasks.explain.factors import is_priced, levels
from tasks.explain.moments import Moments


class Request(NamedTuple):
    window: int
    unit: int
    y: float
    x: tuple[float, ...]
    behavior: str = "v1"
    stratum: str = "all"


def summed(requests: Iterable[Request]) -> list[Moments]:
    """One block a unit."""
    groups: dict[tuple[int, str, str, int], list[Request]] = {}
    for one in requests:
        groups.setdefault((one.window, one.stratum, one.behavior, one.unit), []).append(one)
    return [_moments(key, group) for key, group in sorted(groups.items())]


def _moments(key: tuple[int, str, str, int], group: Sequence[Request]) -> Moments:
    x, y = np.array([one.x for one in group], float), np.array([one.y for one in group])
    return Moments(*key, len(group), float(y.sum()), x.sum(axis=0).tolist(), (y @ x).tolist(), (x.T @ x).tolist())


def explained(
    metric: str,
    requests: Iterable[Request],
    drivers: Sequence[str],
    behaviors: Mapping[str, Mapping[str, str] | None],
) -> Explanation:
    components, switched = levels(behaviors, "v1")
    return explain(metric, summed(requests), drivers, components, switched, priced=is_priced(metric), seed=1)


def parts(found: Explanation) -> dict[tuple[str, ...], float]:
    return {part.factors: float(part.value) for part in found.parts}


def told(found: Explanation) -> dict[tuple[str, ...], str]:
    return {part.factors: part.told for part in found.parts}
