"""One guard in many simulated canaries at once; runs are the leading axis, the product's kernel does the arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.canary.plan import COPIES
from tasks.canary.totals import FIRST
from tasks.statistics import eprocess
from tasks.statistics.eprocess import HARM_WEIGHTS, PROOF_WEIGHTS, Array, Side

Draw = Callable[[np.random.Generator, int, int], tuple[Side, Side]]
"""(rng, runs, step) -> the canary's and live's side of one batch, leading axis runs."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A guard and a canary of `steps` batches of one stream, n_t canary units each."""

    delta: float
    mean: float
    variance: float | None
    steps: int
    n_t: int
    alpha: float = 0.05
    copies: int = COPIES


@dataclass(frozen=True, slots=True)
class Outcome:
    """Canary units until rollback and until non-inferiority was proved, (runs,); inf = never."""

    rolled_back: Array
    proved: Array

    @property
    def promoted_first(self) -> Array:
        return np.asarray(self.proved < self.rolled_back)


def yes_no(canary: Callable[[int], Array | float], live: Callable[[int], Array | float], n_t: int, n_c: int) -> Draw:
    """Bad units at a probability that may depend on the batch number."""

    def draw(rng: np.random.Generator, runs: int, step: int) -> tuple[Side, Side]:
        bad_t, bad_c = rng.binomial(n_t, canary(step), runs), rng.binomial(n_c, live(step), runs)
        return eprocess.yes_no(n_t, bad_t), eprocess.yes_no(n_c, bad_c)

    return draw


def constant(p: float) -> Callable[[int], float]:
    return lambda step: p


def bounded(sample: Callable[[np.random.Generator, tuple[int, int], bool], Array], n_t: int, n_c: int) -> Draw:
    """Values u of `sample(rng, (runs, n), canary)`."""

    def draw(rng: np.random.Generator, runs: int, step: int) -> tuple[Side, Side]:
        us, ws = sample(rng, (runs, n_t), True), sample(rng, (runs, n_c), False)
        return Side(us, np.ones_like(us)), Side(ws, np.ones_like(ws))

    return draw


def simulate(setting: Setting, draw: Draw, runs: int, seed: int) -> Outcome:
    """Plays `runs` canaries, looking after every batch. Decided runs are dropped, which keeps the arrays small."""
    rng = np.random.default_rng(seed)
    game = _Game(setting, runs)
    for step in range(setting.steps):
        if not game.alive.size:
            break
        game.play(step, *draw(rng, game.alive.size, step))
    return Outcome(game.rolled_back, game.proved)


class _Game:
    def __init__(self, setting: Setting, runs: int) -> None:
        self.setting = setting
        self.alive = np.arange(runs)
        self.rolled_back = np.full(runs, np.inf)
        self.proved = np.full(runs, np.inf)
        self.known = np.zeros((runs, 3))
        self.log_e = np.zeros((runs, len(HARM_WEIGHTS)))
        self.proof = np.zeros((runs, len(PROOF_WEIGHTS)))
        self.sums = np.zeros((runs, 2))
        self.opened = [np.zeros((runs, len(HARM_WEIGHTS) + 2))]

    def play(self, step: int, canary: Side, live: Side) -> None:
        setting = self.setting
        self._open(step)
        squares = None if setting.variance is None else self.known[:, 2]
        centre = eprocess.centre(
            self.known[:, 0], self.known[:, 1], squares, setting.mean, setting.variance or setting.mean
        )
        self.log_e += eprocess.harm(canary, live, centre, setting.delta)
        self.proof += eprocess.proof(canary, live, centre, setting.delta)
        self._count(canary, live)
        units = (step + 1) * setting.n_t
        passed = eprocess.mixture(self.proof, PROOF_WEIGHTS) >= np.log(1 / 0.05)
        self.proved[self.alive[passed]] = np.minimum(self.proved[self.alive[passed]], units)
        alarm = self._alarm()
        if alarm.any():
            self.rolled_back[self.alive[alarm]] = units
            self._keep(~alarm)

    def _open(self, step: int) -> None:
        due = step * COPIES // self.setting.steps
        while len(self.opened) <= min(due, self.setting.copies - 1):
            self.opened.append(np.concatenate([self.log_e, self.sums], axis=1))

    def _count(self, canary: Side, live: Side) -> None:
        n_t, n_c = canary.n, live.n
        total_t, total_c = ((side.values * side.counts).sum(axis=-1) for side in (canary, live))
        weight = n_t * n_c / (n_t + n_c)
        self.sums += np.stack(
            [weight * (total_t / n_t - total_c / n_c), np.broadcast_to(weight, total_t.shape)], axis=1
        )
        squares = (live.values**2 * live.counts).sum(axis=-1)
        self.known += np.stack([np.broadcast_to(n_c, total_c.shape), total_c, squares], axis=1)

    def _alarm(self) -> np.ndarray:
        """Copies are worked out only for runs whose best alternative could reach 1/alpha at all."""
        needed, g = np.log(1 / self.setting.alpha), len(HARM_WEIGHTS)
        lowest = np.minimum.reduce([opened[:, :g] for opened in self.opened])
        near = np.flatnonzero((self.log_e - lowest).max(axis=1) >= needed)
        alarm = np.zeros(self.alive.size, bool)
        total = np.zeros(near.size)
        for number, opened in enumerate(self.opened):
            top, bottom = (self.sums[near, i] - opened[near, g + i] for i in (0, 1))
            beyond = (bottom > 0) & (top >= self.setting.delta * bottom)
            total += (
                self._capital(number)
                * np.exp(eprocess.mixture(self.log_e[near] - opened[near, :g], HARM_WEIGHTS))
                * beyond
            )
        alarm[near] = total >= 1 / self.setting.alpha
        return alarm

    def _capital(self, number: int) -> float:
        if self.setting.copies == 1:
            return 1.0
        return FIRST if number == 0 else (1 - FIRST) / (self.setting.copies - 1)

    def _keep(self, rest: np.ndarray) -> None:
        self.alive, self.known, self.log_e = self.alive[rest], self.known[rest], self.log_e[rest]
        self.proof, self.sums = self.proof[rest], self.sums[rest]
        self.opened = [opened[rest] for opened in self.opened]
