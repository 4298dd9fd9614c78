"""`environments.yaml`: the rules of each environment, and one of them resolved for a risk.

What an environment does not say is as in production, key by key; a list or null replaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from .artifact import Guard, MetricName, Risk
from .duration import Duration
from .errors import InvalidFile, UnknownEnvironment
from .files import invalid, load
from .nearest import did_you_mean, listed
from .policy import HoldbackRule, LowTrafficRule, Percent, Policy, Retention, ShadowRule
from .problem import Misfit, Problem
from .strict import Strict
from .yaml_document import Document

__all__ = ["Environment", "Environments", "Policy", "inherited", "load_environments"]

BASE = "production"
SANDBOX = "sandbox"
"""Where ways back are rehearsed, whatever environment they are of."""
RISKS: tuple[Risk, ...] = get_args(Risk)


def _rising(ramp: tuple[Percent, ...]) -> tuple[Percent, ...]:
    """A canary is compared with what is live at the same time: before 100 % there is a step that leaves it some."""
    if len(ramp) < 2 or ramp[-1] != 100 or any(left >= right for left, right in pairwise(ramp)):
        raise Misfit(
            f"the steps {list(ramp)}",
            expected="two or more rising percents that end at 100",
            fix="write like [5, 25, 100]",
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
        same = {field: getattr(self, field) for field in _AS_THEY_ARE}
        resolved = {
            "ramp": self.ramp[risk],
            "dwell": self.dwell[risk],
            "alpha": self.alpha[risk],
            "margin_scale": self.margin_scale[risk],
            "min_total": self.min_total.get(risk),
            "intent_ni": self.intent_ni.get(risk),
            "approvals": self.approval.get(risk, ()),
            "low_traffic": _for_risk(self.low_traffic, risk) if self.low_traffic else None,
        }
        return Policy.model_validate({"name": name, "risk": risk, **same, **resolved, **self._flat(risk)})

    def _flat(self, risk: Risk) -> dict[str, object]:
        """What stands in a group of the file and alone in a policy."""
        return {
            "requires_lock": self.requires.lock,
            "rehearsal_required": risk in self.requires.rehearsal,
            "deadline_approval": self.deadline.approval,
            "deadline_canary": self.deadline.canary,
            "budget_usd_per_release": self.budget.usd_per_release,
        }


_BY_RISK = ("ramp", "dwell", "alpha", "margin_scale")
_AS_THEY_ARE = frozenset(Policy.model_fields) & frozenset(Environment.model_fields)


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
    """Raises InvalidFile, with what production gets wrong told once and not again for each environment."""
    try:
        return Environments(load(path, dict[str, Environment], prepare=inherited))
    except InvalidFile as error:
        raise invalid(path, _told_once(error.problems, path)) from None


def inherited(data: dict[str, Any]) -> dict[str, Any]:
    """Every environment completed from production. Raises Misfit when there is none."""
    base = data.get(BASE)
    if not isinstance(base, dict):
        fix = "describe it first; the others say what is different"
        raise Misfit(f"`{BASE}` is missing", expected="its rules, which the other environments take over", fix=fix)
    return {name: _over(base, entry) if name != BASE else base for name, entry in data.items()}


def _told_once(problems: tuple[Problem, ...], path: Path) -> list[Problem]:
    if not any(problem.where for problem in problems):
        return list(problems)
    written = Document(path.read_text(encoding="utf-8-sig")).where()
    own = [(problem.where.removeprefix(BASE), problem.found) for problem in problems if problem.where.startswith(BASE)]
    return [problem for problem in problems if not _taken_over(problem, own, written)]


def _taken_over(problem: Problem, own: list[tuple[str, str]], written: set[str]) -> bool:
    """Whether production's problem shows again in an environment that says nothing there itself."""
    name, dot, rest = problem.where.partition(".")
    if name == BASE or (problem.where in written and rest):
        return False
    return any(dot + rest == where and (rest or found == problem.found) for where, found in own)


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
