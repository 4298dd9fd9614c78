"""Whole canaries: 8 correlated metrics x 12 intents (Zipf), rollback, ramp and promotion, many runs at once.

Requests are units. Metrics share one latent factor (loading .5). Continuous metrics are kept on eleven values of u,
so that open batches are counts; validity does not depend on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from tasks.canary.plan import COPIES
from tasks.canary.totals import FIRST
from tasks.statistics import eprocess
from tasks.statistics.eprocess import HARM_WEIGHTS, PROOF_WEIGHTS, Array, Centre, Side

INTENTS = 12
SHARES: Array = (1 / np.arange(1, INTENTS + 1)) / (1 / np.arange(1, INTENTS + 1)).sum()
YES_NO = {
    "refusal": (0.004, 0.005),
    "schema_fail": (0.03, 0.02),
    "thumbs": (0.04, 0.02),
    "retry": (0.05, 0.02),
    "tool": (0.01, 0.01),
}
LOGS = {"latency": (0.7, 0.1), "cost": (0.6, 0.1), "length": (0.8, 0.1)}
NAMES = (*YES_NO, *LOGS)
LEVELS = 11
_REACH = 2.326


def relative(metric: str, rho: float) -> float:
    """A relative change of a continuous metric on its u scale."""
    return float(np.log1p(rho) / (2 * _REACH * LOGS[metric][0]))


DELTA: Array = np.array(
    [delta for _, delta in YES_NO.values()] + [relative(name, rho) for name, (_, rho) in LOGS.items()]
)
RATE: Array = np.array([rate for rate, _ in YES_NO.values()])
CAP: Array = np.array([0.5] * len(YES_NO) + [0.3] * len(LOGS))


@dataclass(frozen=True, slots=True)
class Effect:
    """A harm of the canary: yes/no metrics by an absolute increase, others by a ratio - 1; intents count from 0."""

    metric: str
    by: float
    intents: tuple[int, ...] = tuple(range(INTENTS))


@dataclass(frozen=True, slots=True)
class Course:
    """`looks` looks of `per_look` requests; the ramp in fractions, the last 1; `dwell` in looks."""

    looks: int
    per_look: int
    ramp: tuple[float, ...] = (0.1,)
    dwell: int = 0
    alpha: float = 0.05
    min_units: int = 50
    hold_at: float = 4.0


@dataclass(frozen=True, slots=True)
class Result:
    """Canary units at rollback and at promotion, (runs,); inf = never."""

    rolled_back: Array
    promoted: Array


def play(course: Course, effects: tuple[Effect, ...], runs: int, seed: int) -> Result:
    canary = _Canaries(course, effects, runs, np.random.default_rng(seed))
    for look in range(course.looks):
        if not canary.run.size:
            break
        canary.look(look)
    return Result(canary.rolled_back, canary.promoted)


class _Canaries:
    """Row INTENTS of the open batches is the pooled cut, which serves the proofs."""

    def __init__(self, course: Course, effects: tuple[Effect, ...], runs: int, rng: np.random.Generator) -> None:
        self.course, self.rng, m, k, g = course, rng, len(NAMES), INTENTS, len(HARM_WEIGHTS)
        self.rates, self.moves = _tables(effects)
        self.rolled_back, self.promoted = np.full(runs, np.inf), np.full(runs, np.inf)
        steps = course.ramp[1:] or (1.0,)
        self.margins = np.array([np.minimum(DELTA / share, CAP) for share in steps])
        self.run = np.arange(runs)
        self.now: dict[str, Any] = {
            "n": np.zeros((runs, k + 1, 2)),
            "bad": np.zeros((runs, k + 1, 2, len(YES_NO))),
            "hist": np.zeros((runs, k + 1, 2, len(LOGS), LEVELS)),
            "known": np.zeros((runs, k + 1, m, 3)),
            "log_e": np.zeros((runs, k + 1, m, g)),
            "sums": np.zeros((runs, k + 1, m, 2)),
            "proof": np.zeros((runs, m, len(steps), len(PROOF_WEIGHTS))),
            "total": np.zeros((runs, k + 1, m)),
            "cash": np.ones((runs, k + 1, m)),
            "step": np.zeros(runs, int),
            "since": np.zeros(runs, int),
            "in_step": np.zeros(runs, int),
            "units": np.zeros(runs, int),
        }
        self.opened: list[tuple[Array, Array]] = []

    def look(self, number: int) -> None:
        while len(self.opened) < number * COPIES // self.course.looks:
            self.opened.append((self.now["log_e"].copy(), self.now["sums"].copy()))
        self._draw()
        closing = np.nonzero((self.now["n"] >= 5).all(axis=2))
        intents = closing[1] < INTENTS
        self._harm(closing[0][intents], closing[1][intents])
        self._prove(closing[0][~intents])
        self._empty(*closing)
        self._decide(number)

    def _draw(self) -> None:
        now, runs, n, m = self.now, self.run.size, self.course.per_look, len(NAMES)
        share = np.array(self.course.ramp)[now["step"]]
        canary = self.rng.random((runs, n)) < share[:, None]
        intent = np.searchsorted(np.cumsum(SHARES)[:-1], self.rng.random((runs, n)))
        latent = self.rng.standard_normal((runs, n, m), np.float32) * np.float32(0.75**0.5)
        latent += np.float32(0.5) * self.rng.standard_normal((runs, n, 1), np.float32)
        arm = np.where(canary, 0, 1)
        cut = self.rates[arm, intent]
        bad = latent[..., : len(YES_NO)] > cut
        sigma = np.array([sigma for sigma, _ in LOGS.values()], np.float32)
        u = (latent[..., len(YES_NO) :] + self.moves[arm, intent] / sigma) / (2 * _REACH) + 0.5
        level = np.rint(np.clip(u, 0, 1) * (LEVELS - 1)).astype(int)
        self._pend(arm, intent, bad, level)
        now["units"] += canary.sum(axis=1)
        now["in_step"] += canary.sum(axis=1)

    def _pend(self, arm: Any, intent: Any, bad: Any, level: Any) -> None:
        now, runs, k = self.now, self.run.size, INTENTS
        cell = ((np.arange(runs)[:, None] * (k + 1) + intent) * 2 + arm).ravel()
        size, shape = runs * (k + 1) * 2, (runs, k + 1, 2)
        parts: list[tuple[str, tuple[int, ...], Any]] = [("n", (), np.bincount(cell, minlength=size).reshape(shape))]
        parts += [
            ("bad", (i,), np.bincount(cell, bad[..., i].ravel(), size).reshape(shape)) for i in range(len(YES_NO))
        ]
        for i in range(len(LOGS)):
            counted = np.bincount(cell * LEVELS + level[..., i].ravel(), minlength=size * LEVELS)
            parts.append(("hist", (i,), counted.reshape(*shape, LEVELS)))
        for name, index, counts in parts:
            counts[:, k] = counts[:, :k].sum(axis=1)
            now[name][(slice(None), slice(None), slice(None), *index)] += counts

    def _sides(self, r: Any, k: Any) -> tuple[list[Side], list[Side]]:
        now = self.now
        yes = [eprocess.yes_no(now["n"][r, k, arm][:, None], now["bad"][r, k, arm]) for arm in (0, 1)]
        grid = np.linspace(0, 1, LEVELS)
        logs = [Side(grid, now["hist"][r, k, arm]) for arm in (0, 1)]
        return yes, logs

    def _centres(self, r: Any, k: Any) -> tuple[Centre, Centre]:
        known, b = self.now["known"][r, k], len(YES_NO)
        yes = eprocess.centre(known[:, :b, 0], known[:, :b, 1], None, RATE, RATE)
        logs = eprocess.centre(known[:, b:, 0], known[:, b:, 1], known[:, b:, 2], 0.5, (1 / (2 * _REACH)) ** 2)
        return yes, logs

    def _harm(self, r: Any, k: Any) -> None:
        if not r.size:
            return
        b, now, yes_logs = len(YES_NO), self.now, self._sides(r, k)
        (yes, logs), (known_yes, known_logs) = yes_logs, self._centres(r, k)
        factors = np.concatenate(
            [
                eprocess.harm(yes[0], yes[1], known_yes, np.broadcast_to(DELTA[:b], (r.size, b))),
                eprocess.harm(logs[0], logs[1], known_logs, np.broadcast_to(DELTA[b:], (r.size, len(LOGS)))),
            ],
            axis=1,
        )
        tops = np.concatenate([_top(*yes), _top(*logs)], axis=1)
        for row in (k, np.full_like(k, INTENTS)):
            np.add.at(now["log_e"], (r, row), factors)
            np.add.at(now["sums"], (r, row), tops)
        self._learn(r, k)
        both = np.unique(np.concatenate([r * (INTENTS + 1) + k, r * (INTENTS + 1) + INTENTS]))
        self._totals(both // (INTENTS + 1), both % (INTENTS + 1))

    def _prove(self, r: Any) -> None:
        if not r.size:
            return
        b, k = len(YES_NO), np.full(r.size, INTENTS)
        (yes, logs), (known_yes, known_logs) = self._sides(r, k), self._centres(r, k)
        for number, margin in enumerate(self.margins):
            parts = [
                eprocess.proof(yes[0], yes[1], known_yes, np.broadcast_to(margin[:b], (r.size, b))),
                eprocess.proof(logs[0], logs[1], known_logs, np.broadcast_to(margin[b:], (r.size, len(LOGS)))),
            ]
            self.now["proof"][r, :, number] += np.concatenate(parts, axis=1)
        self._learn(r, k)

    def _learn(self, r: Any, k: Any) -> None:
        now, b, grid = self.now, len(YES_NO), np.linspace(0, 1, LEVELS)
        now["known"][r, k, :, 0] += now["n"][r, k, 1][:, None]
        now["known"][r, k, :b, 1] += now["bad"][r, k, 1]
        now["known"][r, k, b:, 1] += now["hist"][r, k, 1] @ grid
        now["known"][r, k, b:, 2] += now["hist"][r, k, 1] @ grid**2

    def _empty(self, r: Any, k: Any) -> None:
        for name in ("n", "bad", "hist"):
            self.now[name][r, k] = 0

    def _totals(self, r: Any, k: Any) -> None:
        log_e, sums = self.now["log_e"][r, k], self.now["sums"][r, k]
        weight = np.where(k == INTENTS, 0.5, 0.5 / INTENTS)[:, None] / len(NAMES)
        total, cash = np.zeros(log_e.shape[:2]), np.zeros(log_e.shape[:2])
        restarted = (1 - FIRST) / (COPIES - 1)
        first = (np.zeros_like(self.now["log_e"]), np.zeros_like(self.now["sums"]))
        for number, (logs, before) in enumerate([first, *self.opened]):
            e = np.exp(np.minimum(eprocess.mixture(log_e - logs[r, k], HARM_WEIGHTS), 300))
            part = (FIRST if number == 0 else restarted) * weight * e
            top, bottom = np.moveaxis(sums - before[r, k], -1, 0)
            total += part * ((bottom > 0) & (top >= DELTA * bottom))
            cash += part
        self.now["total"][r, k] = total
        self.now["cash"][r, k] = cash + weight * restarted * (COPIES - 1 - len(self.opened))

    def _decide(self, number: int) -> None:
        now, course = self.now, self.course
        now["since"] += 1
        back = now["total"].sum(axis=(1, 2)) >= 1 / course.alpha
        self.rolled_back[self.run[back]] = now["units"][back]
        gone = back.copy()
        if len(course.ramp) > 1:
            evidence = eprocess.mixture(now["proof"], PROOF_WEIGHTS)
            ready = (evidence[np.arange(self.run.size), :, now["step"]] >= np.log(20)).all(axis=1)
            ready &= (now["cash"].sum(axis=(1, 2)) < course.hold_at) & ~back
            ready &= (now["in_step"] >= course.min_units) & (now["since"] >= course.dwell)
            now["step"][ready] += 1
            now["since"][ready] = now["in_step"][ready] = 0
            done = now["step"] == len(course.ramp) - 1
            self.promoted[self.run[done]] = now["units"][done]
            gone |= done
        if gone.any():
            self._keep(~gone)

    def _keep(self, rest: Any) -> None:
        self.run = self.run[rest]
        self.now = {name: value[rest] for name, value in self.now.items()}
        self.opened = [(logs[rest], sums[rest]) for logs, sums in self.opened]


def _top(canary: Side, live: Side) -> Array:
    n_t, n_c = canary.n, live.n
    mean_t, mean_c = ((side.values * side.counts).sum(axis=-1) / side.n for side in (canary, live))
    weight = n_t * n_c / (n_t + n_c)
    return np.stack([weight * (mean_t - mean_c), weight], axis=-1)


def _tables(effects: tuple[Effect, ...]) -> tuple[Array, Array]:
    """Latent thresholds (arm, intent, yes/no metric) and log shifts (arm, intent, continuous metric)."""
    rates, moves = np.tile(RATE, (2, INTENTS, 1)), np.zeros((2, INTENTS, len(LOGS)))
    for effect in effects:
        index, chosen = NAMES.index(effect.metric), list(effect.intents)
        if index < len(YES_NO):
            rates[0, chosen, index] += effect.by
        else:
            moves[0, chosen, index - len(YES_NO)] += np.log1p(effect.by)
    return norm.isf(rates).astype(np.float32), moves.astype(np.float32)
