"""A gate whose eval set is scored by a judge of known error rates."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from tasks.calibration import keeping
from tasks.calibration.asking import verdicts
from tasks.calibration.calibration import Calibration, calibrate
from tasks.calibration.label import Label
from tasks.calibration.rubrics import rubrics_sha
from tasks.evaluation import evalset
from tasks.evaluation.result import CaseResult
from tasks.evaluation.scoring import Finding
from tasks.evaluation.seating import seat
from tasks.gate.judging import confirmations, judging_of
from tasks.gateway.gateway import Gateway
from tasks.ledger import stage_result
from tasks.ledger.stage_result import StageResult
from tasks.release.aborting import abort
from tests.judging import JUDGE, Judge, judge_of
from tests.world import PRODUCTS, PROMPT, World, say, world

RUBRIC = {"type": "llm-rubric", "value": "The answer names the product of the question.", "metric": "named"}


def names_it(question: str, answer: str) -> bool:
    return question.split(maxsplit=1)[0] in answer


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, {"v1": (40, 0), "v2": (80, 0)}) as made:
        judge_of(made.workspace.roots.registry)
        path = made.workspace.roots.evalsets / PROMPT / "evalset.yaml"
        told = yaml.safe_load(path.read_text())
        told |= {"assertions": [RUBRIC], "judge": {"rubric": f"{JUDGE}@v1"}}
        path.write_text(yaml.safe_dump(told))
        yield made


def compared(here: World, judge: Judge, labels: int = 200) -> Calibration:
    """What `judge calibrate` does, with answers whose truth is known; half of them are kindly put."""
    here.driver.say = judge.beside(say)
    roots = here.workspace.roots
    library = evalset.read(roots.evalsets, PROMPT)
    asked = [_label(random.Random(number), number) for number in range(labels)]
    panel = seat(library.evalset, here.workspace.catalog, [])
    said = verdicts(library, asked, panel, Gateway(), None)
    identity = {str(to): arm.artifact.behavior for to, arm in panel.judges.items()}
    found = calibrate(asked, said, identity, rubrics_sha(library) or "", date(2026, 11, 21))
    keeping.write(roots.evalsets, PROMPT, found)
    return found


def _label(chance: random.Random, number: int) -> Label:
    case = number % 30
    good, style = chance.random() < 0.6, chance.choice(["kindly", "simply"])
    named = PRODUCTS[case % len(PRODUCTS)] if good else "box"
    return Label(
        case=f"c{case:03d}", answer=f"{json.dumps({'product': named})} {style} {number}", good=good, style=style
    )


def gated(here: World, version: str) -> StageResult:
    record = here.release(version, until="gate", again=True, reason="a test")
    assert record is not None
    gates = [one for one in stage_result.of_release(here.workspace.store, record.release_id) if one.stage == "gate"]
    abort(here.workspace, record.release_id, "seen enough")
    return gates[-1]


def doubts(here: World) -> tuple[str, ...]:
    judging = judging_of(here.workspace, evalset.load(here.workspace.roots.evalsets, f"{PROMPT}/full"), [])
    assert judging is not None
    return judging.doubts


def test_a_judge_passes_nothing_until_people_agree_with_it(here: World) -> None:
    good = Judge(names_it, sensitivity=0.95, specificity=0.95)
    here.driver.say = good.beside(say)
    before = gated(here, "v1")
    assert (before.verdict, "never compared with people" in before.reason) == ("inconclusive", True)
    assert compared(here, good).fit
    after = gated(here, "v1")
    assert after.verdict == "pass", after.reason
    assert after.evidence["judge"]["calibration"]["n"] == 200
    assert "Of the same provider as the judged model: answer-judge@v1." in after.reason


def test_a_judge_below_the_bar_is_unfit(here: World) -> None:
    assert not compared(here, Judge(names_it, sensitivity=0.7, specificity=0.6)).fit
    assert doubts(here)[0].startswith("the judge is unfit for gating: kappa with people's labels is 0.")


def test_a_judge_that_rewards_a_style_is_unfit(here: World) -> None:
    found = compared(here, Judge(names_it, 0.97, 0.97, kind_specificity=0.6), labels=400)
    assert [one.group for one in found.leanings if one.differs] == ["kindly"]
    assert "kinder on style 'kindly'" in doubts(here)[0]


def test_another_rubric_is_another_judge(here: World) -> None:
    assert compared(here, Judge(names_it)).fit
    assert doubts(here) == ()
    path = here.workspace.roots.evalsets / PROMPT / "evalset.yaml"
    path.write_text(path.read_text().replace("names the product", "is about the product"))
    assert doubts(here)[0].startswith("judge or rubric changed since people's labels were compared on 2026-11-21")


def test_adversarial_cases_and_lengths_are_for_a_person(here: World) -> None:
    assert compared(here, Judge(names_it)).fit
    selection = evalset.load(here.workspace.roots.evalsets, f"{PROMPT}/full")
    case = selection.cases[0].model_copy(update={"tags": ("adversarial",)})
    selection = replace(selection, cases=(case, *selection.cases[1:]))
    judging = judging_of(here.workspace, selection, [])
    failed = Finding("llm-rubric", "named", "failed", 0.0, "no", hard=False, must_pass=False, weight=1.0)
    results = [
        CaseResult(case.id, case.id, "ask", True, "candidate", "b", 1, 0.0, (failed,), output="x" * 30),
        CaseResult(case.id, case.id, "ask", True, "live", "b", 1, 0.0, (failed,), output="x" * 20),
    ]
    found = confirmations(judging, selection, results)
    assert found.doubts == ("answers are 1.50 times as long as live's, and a judge may like that",)
    assert found.cases == (f"the judge failed 1 adversarial case(s): {case.id!r}",)
    assert confirmations(judging, selection, results[1:]).all == ()
    assert confirmations(None, selection, results).all == ()


def test_the_margin_of_a_fit_judge_is_smaller_by_j(here: World) -> None:
    found = compared(here, Judge(names_it, sensitivity=0.95, specificity=0.95))
    judging = judging_of(here.workspace, evalset.load(here.workspace.roots.evalsets, f"{PROMPT}/full"), [])
    assert judging is not None
    assert judging.factor == pytest.approx(found.agreement.youden)
    assert 0.8 < judging.factor < 1
    assert replace(judging, calibration=None).factor == 1
