"""`environments.yaml`: the rules of each environment, and one of them resolved for a risk.

What an environment does not say is as in production, key by key; a list or null replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from .artifact import Guard, MetricName, Risk, Strict
from .duration import Duration
from .errors import UnknownEnvironment
from .files import load
from .nearest import did_you_mean, listed
from .policy import HoldbackRule, LowTrafficRule, Percent, Retention, ShadowRule
from .policy import Policy as Policy
from .problem import Misfit

BASE = "production"
RISKS: tuple[Risk, ...] = get_args(Risk)


def _rising(ramp: tuple[Percent, ...]) -> tuple[Percent, ...]:
    if not ramp or ramp[-1] != 100 or any(left >= right for left, right in pairwise(ramp)):
        raise Misfit(
            f"the steps {list(ramp)}", expected="rising percents that end at 100", fix="write like [5, 25, 100]"
        )
    return ramp


Ramp = Annotated[tuple[Percent, ...], AfterValidator(_rising)]
Alpha = Annotated[float, Field(gt=0, lt=0.5)]
Scale = Annotated[float, Field(gt=0)]
ApprovalPoint = Literal["before_canary"] | Percent


class Requires(Strict):
    lock: bool
    rehearsal: tuple[Risk, ...]


class Deadline(Strict):
    approval: Duration
    canary: Duration


class LowTraffic(Strict):
    below_units_per_day: int = Field(ge=1)
    ramp: dict[Risk, Ramp]
    first_step_units: int = Field(ge=1)
    deadline: Duration


class Budget(Strict):
    usd_per_release: float | None = Field(ge=0)
    usd_per_night: float | None = Field(ge=0)


class Environment(Strict):
    """One entry, complete. Maps by risk hold all three risks, but for approval, min_total and intent_ni."""

    weakened: bool = False
    margins: dict[MetricName, Annotated[float, Field(gt=0, lt=1)]] | None = None
    requires: Requires
    approval: dict[Risk, tuple[ApprovalPoint, ...]]
    ramp: dict[Risk, Ramp]
    dwell: dict[Risk, Duration]
    min_units: int = Field(ge=1)
    min_total: dict[Risk, Duration]
    intent_ni: dict[Risk, Scale]
    hold_at: float = Field(gt=1)
    alpha: dict[Risk, Alpha]
    margin_scale: dict[Risk, Scale]
    answer_window: Duration
    unit_window: Duration
    holdback: HoldbackRule | None
    live_guards: tuple[Guard, ...]
    shadow: ShadowRule
    poll: Duration
    lease: Duration
    renew: Duration
    clock_skew: Duration
    deadline: Deadline
    rehearsal_valid: Duration
    low_traffic: LowTraffic | None
    budget: Budget
    retention: Retention

    @model_validator(mode="after")
    def _for_every_risk(self) -> Self:
        maps: dict[str, Mapping[Risk, object]] = {name: getattr(self, name) for name in _BY_RISK}
        if self.low_traffic:
            maps["low_traffic.ramp"] = self.low_traffic.ramp
        for name, by_risk in maps.items():
            missing = [risk for risk in RISKS if risk not in by_risk]
            if missing:
                found = f"`{name}` says nothing for {', '.join(missing)}"
                raise Misfit(found, expected="low, medium and high", fix="add what is missing")
        return self

    @model_validator(mode="after")
    def _margins_where_weakened(self) -> Self:
        if self.margins is not None and not self.weakened:
            fix = "remove them, or add `weakened: true` and mean it"
            raise Misfit("margins", expected="margins only where the environment is weakened", fix=fix)
        return self

    @model_validator(mode="after")
    def _renewed_in_time(self) -> Self:
        if not self.renew < self.lease:
            raise Misfit(
                "`renew` not shorter than `lease`", expected="several renewals a lease", fix="lengthen `lease`"
            )
        return self

    def policy(self, risk: Risk, *, name: str) -> Policy:
        """These rules for one risk, frozen into a release when it starts."""
        low = self.low_traffic
        return Policy(
            name=name,
            risk=risk,
            weakened=self.weakened,
            margins=self.margins,
            ramp=self.ramp[risk],
            dwell=self.dwell[risk],
            min_units=self.min_units,
            min_total=self.min_total.get(risk),
            intent_ni=self.intent_ni.get(risk),
            hold_at=self.hold_at,
            alpha=self.alpha[risk],
            margin_scale=self.margin_scale[risk],
            answer_window=self.answer_window,
            unit_window=self.unit_window,
            holdback=self.holdback,
            live_guards=self.live_guards,
            shadow=self.shadow,
            poll=self.poll,
            lease=self.lease,
            renew=self.renew,
            clock_skew=self.clock_skew,
            deadline_approval=self.deadline.approval,
            deadline_canary=self.deadline.canary,
            rehearsal_required=risk in self.requires.rehearsal,
            rehearsal_valid=self.rehearsal_valid,
            approvals=self.approval.get(risk, ()),
            requires_lock=self.requires.lock,
            low_traffic=_for_risk(low, risk) if low else None,
            budget_usd_per_release=self.budget.usd_per_release,
            retention=self.retention,
        )


_BY_RISK = ("ramp", "dwell", "alpha", "margin_scale")


class Environments(dict[str, Environment]):
    """All environments by name."""

    def environment(self, name: str) -> Environment:
        """Raises UnknownEnvironment with the nearest name."""
        if name not in self:
            raise UnknownEnvironment(
                f"There is no environment {name!r}",
                expected=f"one of {listed(self)}",
                fix=did_you_mean(name, self, "Describe it in registry/environments.yaml"),
            )
        return self[name]

    def policy(self, name: str, risk: Risk) -> Policy:
        """The rules of one environment for one risk. Raises UnknownEnvironment."""
        return self.environment(name).policy(risk, name=name)


def load_environments(path: Path) -> Environments:
    """Raises InvalidFile."""
    return Environments(load(path, dict[str, Environment], prepare=inherited))


def inherited(data: dict[str, Any]) -> dict[str, Any]:
    """Every environment completed from production."""
    base = data.get(BASE)
    if not isinstance(base, dict):
        return data
    return {name: _over(base, entry) if name != BASE else base for name, entry in data.items()}


def _over(base: Any, entry: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(entry, dict):
        return entry
    return {**base, **{key: _over(base.get(key), value) for key, value in entry.items()}}


def _for_risk(low: LowTraffic, risk: Risk) -> LowTrafficRule:
    return LowTrafficRule(
        below_units_per_day=low.below_units_per_day,
        ramp=low.ramp[risk],
        first_step_units=low.first_step_units,
        deadline=low.deadline,
    )
