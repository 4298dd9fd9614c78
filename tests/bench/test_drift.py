"""`make bench`: what one night's comparisons cost, with a new reference and without anything kept. Asserts no time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pytest

from tasks.drift import fingerprint, text
from tasks.drift.fingerprint import Draws
from tasks.drift.text import Texts

pytestmark = pytest.mark.bench

TIMES = 10
CASES = 8
WORDS = [f"word{n}" for n in range(200)]


def answers(count: int, rng: np.random.Generator) -> Texts:
    return {f"c{case}": [" ".join(rng.choice(WORDS, 14)) for _ in range(count)] for case in range(CASES)}


def draws(count: int, rng: np.random.Generator) -> Draws:
    return {f"p{probe}": rng.choice(["a", "b", "c"], count).tolist() for probe in range(fingerprint.PROBES)}


def cost(work: Callable[[], object]) -> str:
    work()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(TIMES):
        work()
    spent = time.process_time() - cpu, time.perf_counter() - wall
    return f"{1000 * spent[0] / TIMES:.0f} ms CPU, {1000 * spent[1] / TIMES:.0f} ms"


def test_one_comparison(capfd: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    then, now = answers(48, rng), answers(12, rng)
    vectors = tuple({case: rng.standard_normal((len(t), 512)) for case, t in arm.items()} for arm in (then, now))
    reference, tonight = draws(60, rng), draws(5, rng)
    with capfd.disabled():
        sys.stdout.write(f"\n384 + 96 texts, 999 permutations: {cost(lambda: text.compare(then, now, 1))}\n")
        sys.stdout.write(f"with embeddings: {cost(lambda: text.compare(then, now, 1, (vectors[0], vectors[1])))}\n")
        sys.stdout.write(f"fingerprint, 1200 + 100 draws: {cost(lambda: fingerprint.compare(reference, tonight, 1))}\n")
