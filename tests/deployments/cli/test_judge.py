from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry.files import load
from tasks.calibration.calibration import Calibration
from tests import scripted
from tests.judging import JUDGE, Judge, judge_of
from tests.world import PRODUCTS, PROMPT, say

from .conftest import Place

Promptship = Callable[..., Any]
RUBRIC = {"type": "llm-rubric", "value": "Names the product.", "metric": "named"}


@pytest.fixture
def judged(place: Place) -> Iterator[Place]:
    """The eval set asks a judge that never errs."""
    judge_of(place.roots.registry)
    path = place.roots.evalsets / PROMPT / "evalset.yaml"
    told = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(told | {"assertions": [RUBRIC], "judge": {"rubric": f"{JUDGE}@v1"}}))
    judge = Judge(lambda question, answer: question.split(maxsplit=1)[0] in answer)
    with scripted.installed(judge.beside(say)):
        yield place


def labels(folder: Path, count: int, **more: str) -> str:
    """Every third answer is bad."""
    path = folder / "labels.jsonl"
    lines = []
    for number in range(count):
        case, good = number % 30, number % 3 != 0
        answer = f"{PRODUCTS[case % len(PRODUCTS)] if good else 'box'} {number}"
        lines.append(json.dumps({"case": f"c{case:03d}", "answer": answer, "good": good, **more}))
    path.write_text("\n".join(lines))
    return str(path)


def test_a_fit_judge_is_kept_beside_the_eval_set(judged: Place, tmp_path: Path, promptship: Promptship) -> None:
    said = promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 120), "--json")
    told = said.document
    assert (said.code, told["fit"], told["n"], told["unread"], told["kappa"]["value"]) == (0, True, 120, 0, 1)
    kept = load(judged.roots.evalsets / PROMPT / "calibration.json", Calibration)
    assert kept.fit
    assert kept.model_dump(mode="json")["rubrics"] == told["rubrics"]


def test_evalset_check_says_that_a_judge_was_not_compared(
    judged: Place, tmp_path: Path, promptship: Promptship
) -> None:
    before = promptship("evalset", "check", PROMPT)
    assert before.code == 0, "a warning"
    assert "PS-S013 warning: the judge was never compared with people on this set: run `promptship judge" in before.out
    promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 60))
    assert (
        "PS-S013 warning: the judge was compared with people on 60 answers"
        in promptship("evalset", "check", PROMPT).out
    )
    promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 120))
    assert "PS-S013" not in promptship("evalset", "check", PROMPT).out


def test_too_few_labels_exit_1(judged: Place, tmp_path: Path, promptship: Promptship) -> None:
    said = promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 60, style="plain"))
    assert said.code == 1
    assert "unfit: the judge was compared with people on 60 answers, 100 are needed" in said.out
    assert all(word in said.out for word in ("sensitivity", "specificity", "kappa"))


def test_a_label_has_to_say_which_assertion_it_means(judged: Place, tmp_path: Path, promptship: Promptship) -> None:
    said = promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 3, metric="tone"))
    assert said.code == 3
    assert "`metric` to name one of: 'named'" in said.err


def test_a_set_without_a_judge(place: Place, tmp_path: Path, promptship: Promptship) -> None:
    said = promptship("judge", "calibrate", PROMPT, "--labels", labels(tmp_path, 3))
    assert (said.code, "asks no judge" in said.err) == (3, True)


def test_eval_run_asks_the_judge(judged: Place, promptship: Promptship) -> None:
    said = promptship("eval", "run", PROMPT, "v2", "--limit", "5", "--json").document
    assert said["calls"] == 10
    assert said["slices"][0]["unscored"] == 0


def test_the_judged_model_is_refused_before_a_call(place: Place, promptship: Promptship) -> None:
    judge_of(place.roots.registry, "parrot-1")
    path = place.roots.evalsets / PROMPT / "evalset.yaml"
    told = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(told | {"assertions": [RUBRIC], "judge": {"rubric": f"{JUDGE}@v1"}}))
    with scripted.installed(say) as driver:
        said = promptship("eval", "run", PROMPT, "v2")
    assert (said.code, driver.requests) == (3, [])
    assert "which is the model that it would judge" in said.err


def test_exported_answers_become_labels(judged: Place, tmp_path: Path, promptship: Promptship) -> None:
    run_id = promptship("eval", "run", PROMPT, "v2", "--against", "v1", "--json").document["run_id"]
    path = tmp_path / "to-label.jsonl"
    said = promptship("judge", "export", PROMPT, str(path), "--run", run_id, "--json").document
    assert (said["lines"], said["held_out"]) == (60, False)
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert promptship("judge", "calibrate", PROMPT, "--labels", str(path)).code == 3, "nobody has labelled yet"
    named = [one | {"good": one["question"].split(maxsplit=1)[0] in one["answer"]} for one in told]
    path.write_text("".join(json.dumps(one) + "\n" for one in named))
    found = promptship("judge", "calibrate", PROMPT, "--labels", str(path), "--json").document
    assert (found["n"], found["kappa"]["value"]) == (60, 1)
    assert {one["by"] for one in found["leanings"]} >= {"arm"}
    assert promptship("judge", "export", PROMPT, str(path), "--run", run_id).code == 64, "labels are not written over"


def test_answers_of_the_gate_are_exported_by_release_alone(
    judged: Place, tmp_path: Path, promptship: Promptship
) -> None:
    path = tmp_path / "pairs.jsonl"
    begun = promptship("release", "start", PROMPT, "v2", "-e", "demo", "--until", "gate", "--json").document
    said = promptship("judge", "export", PROMPT, str(path), "--release", begun["release_id"], "--sample", "5")
    assert (said.code, "must not see them" in said.err) == (0, True)
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert (len(told), {one["arm"][:3] for one in told}) == (5, {"bv_"})
    assert promptship("judge", "export", PROMPT, f"{path}.2", "--release", "rel_none").code == 3
