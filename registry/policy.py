"""The rules of one environment for one risk: what a release freezes at its start. Round-trips through JSON."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .artifact import Guard, Risk
from .duration import Duration
from .problem import Misfit
from .strict import Strict

Percent = Annotated[int, Field(gt=0, le=100)] | Annotated[float, Field(gt=0, le=100)]


class HoldbackRule(Strict):
    """`share` percent stay on the old version for `for_` (in files: `for`) after promotion."""

    share: float = Field(gt=0, le=50)
    for_: Duration = Field(alias="for")


class ShadowRule(Strict):
    """How many traces are replayed, and with how few the sample is called too small."""

    sample: int = Field(ge=1)
    minimum: int = Field(ge=1)

    @model_validator(mode="after")
    def _sample_holds_minimum(self) -> Self:
        if self.minimum > self.sample:
            found = f"minimum {self.minimum} of a sample of {self.sample}"
            raise Misfit(found, expected="a minimum within the sample", fix="raise sample")
        return self


class LowTrafficRule(Strict):
    """What is used instead where fewer units than `below_units_per_day` come."""

    below_units_per_day: int
    ramp: tuple[Percent, ...]
    first_step_units: int
    deadline: Duration


class Retention(Strict):
    """How long traces are kept, and how long what was said in them; a payload of `0d` is never kept."""

    trace: Duration
    payload: Duration


class Policy(Strict):
    """Percents count from 0 to 100, `hold_at` is a value of evidence, money is USD; null is: no such rule."""

    name: str
    risk: Risk
    weakened: bool
    margins: dict[str, float] | None
    ramp: tuple[Percent, ...]
    dwell: Duration
    min_units: int
    min_total: Duration | None
    intent_ni: float | None
    hold_at: float
    alpha: float
    margin_scale: float
    answer_window: Duration
    unit_window: Duration
    holdback: HoldbackRule | None
    live_guards: tuple[Guard, ...]
    shadow: ShadowRule
    poll: Duration
    lease: Duration
    renew: Duration
    clock_skew: Duration
    deadline_approval: Duration
    deadline_canary: Duration
    rehearsal_required: bool
    rehearsal_valid: Duration
    approvals: tuple[str | Percent, ...]
    requires_lock: bool
    low_traffic: LowTrafficRule | None
    budget_usd_per_release: float | None
    retention: Retention
