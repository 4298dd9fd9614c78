from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from registry.environments import RISKS, Environments, load_environments
from registry.errors import InvalidFile, UnknownEnvironment
from registry.policy import Policy

from .conftest import SHIPPED


@pytest.fixture(scope="module")
def shipped() -> Environments:
    return load_environments(SHIPPED / "environments.yaml")


def with_changes(tmp_path: Path, old: str, new: str) -> Environments:
    text = (SHIPPED / "environments.yaml").read_text()
    assert old in text
    path = tmp_path / "environments.yaml"
    path.write_text(text.replace(old, new, 1))
    return load_environments(path)


def test_production(shipped: Environments) -> None:
    policy = shipped.policy("production", "high")
    assert policy.ramp == (1, 5, 10, 25, 50, 100)
    assert policy.approvals == ("before_canary", 25)
    assert (policy.min_total, policy.intent_ni, policy.alpha) == (timedelta(hours=24), 2, 0.01)
    assert policy.rehearsal_required
    assert policy.holdback is not None
    assert (policy.holdback.share, policy.holdback.for_) == (5, timedelta(hours=24))
    assert policy.low_traffic is not None
    assert policy.low_traffic.ramp == (5, 25, 50, 100)
    low = shipped.policy("production", "low")
    assert (low.min_total, low.intent_ni, low.approvals, low.rehearsal_required) == (None, None, (), False)


def test_demo_is_production_but_for_what_it_says(shipped: Environments) -> None:
    demo, production = shipped.policy("demo", "low"), shipped.policy("production", "low")
    assert demo.margins == {"schema_ok": 0.15, "refusal": 0.15, "error": 0.15}
    assert (demo.ramp, demo.dwell, demo.min_units) == ((50, 100), timedelta(seconds=2), 40)
    assert (demo.holdback, demo.low_traffic, demo.live_guards) == (None, None, ())
    assert demo.deadline_canary == timedelta(minutes=15)
    same = ("deadline_approval", "hold_at", "clock_skew", "poll", "margin_scale", "retention", "requires_lock")
    assert [getattr(demo, name) for name in same] == [getattr(production, name) for name in same]
    assert shipped.policy("demo", "medium").ramp == shipped.policy("production", "medium").ramp


def test_only_demo_is_weakened(shipped: Environments) -> None:
    assert {name for name, environment in shipped.items() if environment.weakened} == {"demo"}
    assert set(shipped) == {"production", "staging", "demo", "sandbox"}


@pytest.mark.parametrize("risk", RISKS)
def test_a_policy_round_trips_through_json(shipped: Environments, risk: str) -> None:
    for name in shipped:
        policy = shipped.policy(name, risk)  # type: ignore[arg-type]
        assert Policy.model_validate(policy.model_dump(mode="json")) == policy
        assert Policy.model_validate_json(policy.model_dump_json()) == policy


def test_an_approval_point_keeps_its_kind_through_json(shipped: Environments) -> None:
    policy = shipped.policy("production", "high")
    assert Policy.model_validate_json(policy.model_dump_json()).approvals == ("before_canary", 25)


@pytest.mark.parametrize(("old", "new", "found"), [
    ("ramp:  {low: [5, 25, 100]", "ramp:  {low: [25, 5, 100]", "rising percents"),
    ("ramp:  {low: [5, 25, 100]", "ramp:  {low: [5, 25]", "rising percents"),
    ("ramp:  {low: [5, 25, 100]", "ramp:  {low: [100]", "two or more rising percents"),
    ("renew: 30s", "renew: 120s", "`renew` not shorter"),
    ("shadow: {sample: 500, minimum: 200}", "shadow: {sample: 100, minimum: 200}", "minimum 200"),
    ("alpha: {low: 0.05, medium: 0.05, high: 0.01}", "alpha: {low: 0.05, high: 0.01}", "nothing for medium"),
    ("alpha: {low: 0.05,", "alpha: {lo: 0.05,", "environments.yaml:.*'lo'"),
    ("  weakened: true ", "  # ", "margins"),
    ("approval: {high: [before_canary, 25]}", "approval: {high: [before, 25]}", "'before'"),
    ("poll: 1s", "pole: 1s", "Did you mean 'poll'"),
    ("poll: 1s", "poll: 1", "15m"),
])  # fmt: skip
def test_rules_that_contradict_are_refused(tmp_path: Path, old: str, new: str, found: str) -> None:
    with pytest.raises(InvalidFile, match=found):
        with_changes(tmp_path, old, new)


@pytest.mark.parametrize(("old", "new", "where"), [
    ("poll: 1s", "poll: soon", "production.poll"),
    ("poll: 1s", "", "production.poll"),
    ("lease: 120s", "lease: 1s", "production"),
])  # fmt: skip
def test_what_production_gets_wrong_is_told_once(tmp_path: Path, old: str, new: str, where: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        with_changes(tmp_path, old, new)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_what_another_environment_gets_wrong_too_is_told_as_well(tmp_path: Path) -> None:
    path = tmp_path / "environments.yaml"
    path.write_text((SHIPPED / "environments.yaml").read_text().replace("lease: 120s", "lease: 2").replace("20s", "20"))
    with pytest.raises(InvalidFile) as caught:
        load_environments(path)
    assert {problem.where for problem in caught.value.problems} == {"production.lease", "demo.lease"}


def test_without_production_there_is_nothing_to_take_over(tmp_path: Path) -> None:
    path = tmp_path / "environments.yaml"
    path.write_text("staging: {poll: 1s}\n")
    with pytest.raises(InvalidFile, match="`production` is missing"):
        load_environments(path)


def test_an_unknown_environment_is_told_with_the_nearest(shipped: Environments) -> None:
    with pytest.raises(UnknownEnvironment, match="Did you mean 'production'"):
        shipped.policy("producton", "low")
