from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.drift.contract import Contract, Level
from tasks.drift.contract import Finding as Difference
from tasks.drift.harm import Damage, Harm
from tasks.drift.rule import LOGPROBS_FLOOR, NUMERICS_FLOOR, WEEK_FLOOR, Look, Watch
from tasks.drift.shift import Shift
from tasks.drift.verdict import Coverage, Evidence, Finding, Leg, judge
from tasks.release.verdict import Verdict
from tasks.statistics.paired import Interval

NIGHT = datetime(2026, 11, 21, 2, tzinfo=UTC)
QUIET = Shift(z=0.9, p=0.2, statistic=1.0, effect=0.001, noise=0.004, calls=48)
FULL = Coverage(48, 48)


def looks(*zs: float, effect: float = 0.2) -> tuple[Look, ...]:
    return tuple(Look(NIGHT + timedelta(hours=2 * n), z, 1.0, effect, 100) for n, z in enumerate(zs))


def text(*zs: float, coverage: Coverage = FULL, shift: Shift | None = QUIET) -> Leg:
    return Leg(Watch(0.0, looks(*zs)), shift, 1.1, coverage)


def fingerprint(*zs: float, effect: float = 0.2) -> Leg:
    return Leg(Watch(NUMERICS_FLOOR, looks(*zs, effect=effect)), QUIET, 1.1, Coverage(100, 100))


def logprobs(*zs: float, effect: float = 0.2) -> Leg:
    return Leg(Watch(LOGPROBS_FLOOR, looks(*zs, effect=effect)), QUIET, 1.1, Coverage(10, 10), "vectors of 1 are new")


def week(*zs: float) -> Leg:
    return Leg(Watch(WEEK_FLOOR, looks(*zs)), QUIET, 1.1, Coverage(336, 336))


def damage(harm: Harm, delta: float = -0.01, low: float = -0.04, high: float = 0.02) -> Damage:
    return Damage(harm, delta, Interval(low, high), 8, 96)


def contract(level: Level, failed: int = 0) -> Contract:
    found = (Difference(level, "prompt tokens", "4/6", "7/9"),) if level is not Level.SAME else ()
    return Contract(level, found, 5, failed)


DEGRADED, BENIGN, UNSURE = damage(Harm.DEGRADED, -0.15, -0.2, -0.1), damage(Harm.BENIGN), damage(Harm.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("evidence", "wanted", "verdict", "changed", "pages"),
    [
        (Evidence(text=text()), Finding.STABLE, Verdict.PASS, False, False),
        (Evidence(contract(Level.SAME), fingerprint(), text=text()), Finding.STABLE, Verdict.PASS, False, False),
        (Evidence(contract(Level.NOTED), text=text()), Finding.STABLE, Verdict.PASS, False, False),
        (Evidence(contract(Level.BROKEN), text=text()), Finding.BROKEN, Verdict.REJECT, True, True),
        (Evidence(contract(Level.CHANGED), text=text()), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, True, True),
        (Evidence(contract(Level.CHANGED), damage=BENIGN), Finding.DRIFT_BENIGN, Verdict.PASS, True, True),
        (Evidence(text=text(4, 5), damage=DEGRADED), Finding.DRIFT_DEGRADED, Verdict.REJECT, True, True),
        (Evidence(text=text(4, 5), damage=BENIGN), Finding.DRIFT_BENIGN, Verdict.PASS, True, True),
        (Evidence(text=text(4, 5), damage=UNSURE), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, True, True),
        (Evidence(text=text(4, 5)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, True, True),
        (Evidence(text=text(4)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(fingerprint=fingerprint(7, 8), text=text()), Finding.NUMERICS, Verdict.PASS, True, True),
        (
            Evidence(fingerprint=fingerprint(7, 8, effect=0.15), text=text()),
            Finding.NUMERICS,
            Verdict.PASS,
            False,
            False,
        ),
        (Evidence(fingerprint=fingerprint(7, 8), damage=DEGRADED), Finding.DRIFT_DEGRADED, Verdict.REJECT, True, True),
        (Evidence(logprobs=logprobs(12, 12), text=text()), Finding.NUMERICS, Verdict.PASS, True, True),
        (Evidence(logprobs=logprobs(12, 12, effect=0.15)), Finding.NUMERICS, Verdict.PASS, False, False),
        (Evidence(logprobs=logprobs(12)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(text=text(), week=week(4, 5), damage=BENIGN), Finding.DRIFT_BENIGN, Verdict.PASS, True, True),
        (Evidence(text=text(), week=week(4)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(text=text(coverage=Coverage(48, 38))), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(text=text(coverage=Coverage(48, 41, 7))), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(text=text(coverage=Coverage(48, 44, 4))), Finding.STABLE, Verdict.PASS, False, False),
        (Evidence(text=text(shift=None)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(contract(Level.SAME, failed=1)), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
        (Evidence(), Finding.INCONCLUSIVE, Verdict.INCONCLUSIVE, False, False),
    ],
)
def test_findings(evidence: Evidence, wanted: Finding, verdict: Verdict, changed: bool, pages: bool) -> None:
    found = judge(evidence)
    assert (found.finding, found.verdict, found.changed, found.pages) == (wanted, verdict, changed, pages)
    assert found.sentence.endswith(f": {wanted}")


def test_the_sentence_names_keys_size_day_and_harm() -> None:
    found = judge(Evidence(contract(Level.SAME), fingerprint(6.8, 8.3), text=text(), damage=BENIGN))
    assert found.since == NIGHT
    assert found.sentence == (
        "L1 z 6.8 then 8.3, TV +0.20 over noise, first seen 2026-11-21; L2 48 calls z 0.9; "
        "score -0.01 [-0.04, 0.02]: numerics"
    )


def test_stable_says_what_it_would_have_found() -> None:
    sentence = judge(Evidence(fingerprint=fingerprint(), text=text())).sentence
    assert "would have found TV +0.100 or words MMD2 +0.018" in sentence


def test_every_leg_has_its_own_unit_and_what_was_not_looked_at_is_said() -> None:
    found = judge(Evidence(logprobs=logprobs(), text=text(), week=week(4, 5), notes=("no fingerprint",)))
    assert found.sentence.startswith(
        "L1 log-probabilities 48 calls z 0.9, vectors of 1 are new; L2 48 calls z 0.9; "
        "L2 week z 4.0 then 5.0, week's words MMD2 +0.200 over noise, first seen 2026-11-21; no fingerprint; "
    )


def test_a_noisy_endpoint_pages_only_after_it_was_repeated() -> None:
    noisy = tuple(replace(look, phi=2.5, z=9.0) for look in looks(9, 9))
    found = judge(Evidence(text=Leg(Watch(0.0, noisy), QUIET, 2.5, FULL), damage=BENIGN))
    assert (found.finding, found.changed, found.pages) == (Finding.DRIFT_BENIGN, True, False)
