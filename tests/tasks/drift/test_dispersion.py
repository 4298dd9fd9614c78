from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tasks.drift import dispersion

Calibrate = Callable[[Sequence[dict[str, list[str]]], int], tuple[float, ...]]


@pytest.mark.parametrize(
    ("calibration", "quiet", "wanted"),
    [
        ([], [], 1.3),
        ([0.5] * 5, [0.5] * 8, 1.3),
        ([0.5] * 5, [0.5] * 9, 1.0),
        ([2.0] * 5, [], 2.0),
        ([2.0] * 7, [-2.0] * 7, 2.0),
        ([3.0] + [0.0] * 4, [4.0] + [0.0] * 10, (25 / 16) ** 0.5),
    ],
)
def test_phi(calibration: list[float], quiet: list[float], wanted: float) -> None:
    assert dispersion.phi(calibration, quiet) == pytest.approx(wanted)


def batches(shares: Sequence[float], seed: int) -> list[dict[str, list[str]]]:
    rng = np.random.default_rng(seed)
    return [{f"p{n}": list(rng.choice(["a b", "b a"], 12, p=[s, 1 - s])) for n in range(8)} for s in shares]


@pytest.mark.parametrize("calibrate", [dispersion.calibrate_fingerprint, dispersion.calibrate_text])
def test_batches_that_differ_raise_it(calibrate: Calibrate) -> None:
    alike, apart = (calibrate(batches(shares, 1), 7) for shares in ([0.5] * 5, [0.1, 0.5, 0.5, 0.5, 0.9]))
    assert len(alike) == 5
    assert dispersion.phi(alike, []) < 2 < dispersion.phi(apart, [])


def test_batches_from_other_backends_raise_that_of_log_probabilities() -> None:
    told = [[{"a": -1.0 - backend, "b": -2.0}] * 4 for backend in (0, 0, 1, 0, 2)]
    zs = dispersion.calibrate_logprobs([{"x": drawn, "y": drawn} for drawn in told], 7)
    assert dispersion.phi(zs, []) > 2
    assert dispersion.calibrate_logprobs([{"x": told[0]}] * 5, 7) == (0.0,) * 5


def test_embeddings_of_the_batches_are_used() -> None:
    rng = np.random.default_rng(1)
    drawn = batches([0.5] * 3, 2)
    vectors = [
        {case: rng.standard_normal((12, 4)) + 9 * number for case in batch} for number, batch in enumerate(drawn)
    ]
    assert min(dispersion.calibrate_text(drawn, 7, vectors)) > 3
