"""Each rule: what triggers it, and what nearly does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from registry.lock import of
from tasks.lint.lint import CODES, RULES, UNREADABLE, lint
from tasks.lint.subject import Subject
from tasks.release.verdict import Verdict
from tests.tasks.lint.broken import (
    Over,
    change,
    user,
)
from tests.tasks.lint.near_misses import NEAR_MISSES
from tests.tasks.lint.triggers import TRIGGERS

Make = Callable[..., Subject]


def test_every_rule_has_a_trigger_and_a_near_miss() -> None:
    """A file that cannot be read never reaches the rules: PS100 has its own in test_linting."""
    every = set(CODES) - {UNREADABLE}
    assert every - {code for row in TRIGGERS for code in row[0].split()} == set()
    assert every - {row[0].split()[0] for row in NEAR_MISSES} == set()


@pytest.mark.parametrize(("code", "around", "over"), TRIGGERS)
def test_triggers(make: Make, code: str, around: Over, over: Over) -> None:
    assert {finding.code for finding in lint(make(around, **over)).findings} == set(code.split())


@pytest.mark.parametrize(("around", "over"), [row[1:] for row in NEAR_MISSES], ids=[row[0] for row in NEAR_MISSES])
def test_near_misses(make: Make, around: Over, over: Over) -> None:
    assert lint(make(around, **over)).findings == ()


@pytest.mark.parametrize(
    ("risk", "over", "verdict"),
    [
        ("low", change(expected=[]), Verdict.PASS),
        ("medium", change(expected=[]), Verdict.REJECT),
        ("low", change(reverse=None), Verdict.PASS),
        ("high", change(reverse=None), Verdict.REJECT),
        ("medium", user("Summarise: {{ message }}"), Verdict.PASS),
        ("high", user("Summarise: {{ message }}"), Verdict.REJECT),
        ("low", {"messages": [{"role": "system", "content": "<m>{{ message }}</m>"}]}, Verdict.REJECT),
        ("low", user("{{ lang }}{{ message }}"), Verdict.REJECT),
    ],
)
def test_risk_makes_it_an_error(make: Make, risk: str, over: Over, verdict: Verdict) -> None:
    report = lint(make(risk=risk, **over))
    assert report.findings
    assert report.verdict is verdict


def test_a_duplicate_is_named(make: Make) -> None:
    same = make().behavior.sha
    (finding,) = lint(make({"others": {"v1": same, "v2": "0" * 64}})).findings
    assert finding.code == "PS109"
    assert finding.found.startswith("v3 behaves exactly as v1 (bv_")


def test_a_locked_version_as_it_was(make: Make) -> None:
    subject = make()
    locked = of(subject.version, subject.behavior)
    assert lint(make({"locked": locked, "requires_lock": True})).verdict is Verdict.PASS


def test_a_rewritten_expectation_is_named(make: Make) -> None:
    subject = make()
    locked = of(make(**change(why="It was said otherwise.")).version, subject.behavior)
    (finding,) = lint(make({"locked": locked})).findings
    assert (finding.code, finding.found) == ("PS106", "order-extract@v3 is locked, and its change note changed since")


def test_a_changed_component_is_named(make: Make) -> None:
    subject = make()
    locked = of(subject.version, make(model="another-model").behavior)
    (finding,) = lint(make({"locked": locked})).findings
    assert finding.found == "order-extract@v3 is locked, and its model changed since"


def test_a_secret_is_not_repeated(make: Make) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    report = lint(make(**user(f"{secret} <m>{{{{ message }}}}</m>")))
    assert secret not in str(report.evidence)


def test_codes_are_one_a_rule() -> None:
    assert {code: code for code in RULES} == {code: rule.__globals__["CODE"] for code, rule in RULES.items()}
    assert list(CODES) == [f"PS{number}" for number in range(100, 100 + len(CODES))]
