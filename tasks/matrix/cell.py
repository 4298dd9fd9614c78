"""A cell of the matrix before it is looked at, and a model that was left: values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from registry.artifact import Risk
from tasks.ledger.matrix_cell import Role

from .tier import Tier


@dataclass(frozen=True, slots=True)
class Cell:
    """A live prompt version on a model of models.yaml.

    `behavior` is that of the version on its primary model, `model` the entry's name and `key` its
    `provider/model@revision#region`. `cases` counts the full eval set, None without one, `must_pass` those of
    them with a must-pass assertion. `obstacle` says why the model
    cannot be asked from here, None when it can. `usd` is the estimate for one call, and `primary_usd` for one of the
    primary model; None is unknown. `smoked` and `judged` are when the newest looks that still count were taken.
    """

    prompt: str
    version: str
    behavior: str
    model: str
    key: str
    role: Role
    risk: Risk
    tier: Tier
    cases: int | None
    must_pass: int = 0
    usd: float | None = None
    primary_usd: float | None = None
    smoked: datetime | None = None
    judged: datetime | None = None
    obstacle: str | None = None

    @property
    def name(self) -> str:
        """`prompt@version on model`: how people name it at the command line too."""
        return f"{self.prompt}@{self.version} on {self.model}"


@dataclass(frozen=True, slots=True)
class Left:
    """A model that a live prompt was moved away from, on that day; `obstacle` says why it cannot be watched on."""

    model: str
    on: date
    obstacle: str | None = None
