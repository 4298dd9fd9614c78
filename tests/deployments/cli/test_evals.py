from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from registry.errors import ModelUnavailable
from tasks.gateway import retries
from tasks.ledger import eval_result
from tests import scripted
from tests.world import PROMPT, say

from .conftest import Place

Promptship = Callable[..., Any]
_RUN = ("eval", "run", PROMPT)


@pytest.fixture
def model() -> Iterator[scripted.Scripted]:
    with scripted.installed(say) as driver:
        yield driver


def test_dev_cases_are_run_and_kept(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    said = promptship(*_RUN, "v2", "--json")
    told = said.document
    assert (said.code, told["evalset"], told["cases"], told["calls"]) == (0, f"{PROMPT}/dev", 30, 30)
    kept = eval_result.of_run(place.store, told["run_id"])
    assert len(kept) == 30
    assert {row.gate_test_id for row in kept} == {None}
    assert {row.case_id for row in kept} <= {f"c{number:03d}" for number in range(30)}
    assert [one["name"] for one in told["slices"] if one["cases"]] == ["all", "intent:ask", "intent:sort"]
    assert told["cost_usd"] > 0


def test_answers_from_before_cost_nothing(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    promptship(*_RUN, "v2", "--limit", "3")
    again = promptship(*_RUN, "v2", "--limit", "4", "--json").document
    assert (again["calls"], again["from_cache"]) == (1, 3)
    assert promptship(*_RUN, "v2", "--limit", "4", "--fresh", "--json").document["calls"] == 4


def test_two_versions_side_by_side(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    said = promptship(*_RUN, "latest", "--against", "v2", "--subset", "fast", "--json").document
    assert said["arms"] == ["v3", "v2"]
    score = {one["arm"]: one["score"] for one in said["slices"] if one["name"] == "all"}
    assert score["v2"] > score["v3"]
    shown = promptship(*_RUN, "v3", "--against", "v2", "--limit", "2").out
    assert all(word in shown for word in ("c000", "v2", "v3", "intent:sort", "4 from before"))


@pytest.mark.parametrize(("subset", "word"), [("full", "held out for the gate"), ("nothing", "no subset")])
def test_the_gate_is_never_run(
    place: Place, promptship: Promptship, model: scripted.Scripted, subset: str, word: str
) -> None:
    said = promptship(*_RUN, "v2", "--subset", subset)
    assert (said.code, model.requests) == (3, [])
    assert said.err.startswith("PS-E500")
    assert word in said.err


def test_a_must_pass_case_that_fails_is_a_reject(
    place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    path = place.roots.evalsets / PROMPT / "evalset.yaml"
    evalset = yaml.safe_load(path.read_text())
    evalset["assertions"][0]["must-pass"] = True
    path.write_text(yaml.safe_dump(evalset))
    assert promptship(*_RUN, "v1", "--against", "v2").code == 1


def test_a_model_out_of_reach_is_an_error(
    place: Place, promptship: Promptship, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(_: object) -> str:
        raise ModelUnavailable("nobody answers", expected="an answer", fix="Look at the endpoint")

    monkeypatch.setattr(retries.Retries, "wait_s", lambda *_: None)
    with scripted.installed(nobody):
        said = promptship(*_RUN, "v1")
    assert said.code == 3
    assert "nobody answers" in said.err


def test_money_is_not_spent_beyond_what_was_set_aside(
    place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    said = promptship(*_RUN, "v1", "--max-usd", "0", "--json")
    assert (said.code, said.document["left"], said.document["calls"]) == (3, 30, 0)


def test_live_is_run_beside_it(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    place.serve("v1")
    beside = (*_RUN, "v2", "--limit", "6", "--environment", "demo")
    said = promptship(*beside, "--json").document
    assert (said["arms"], said["calls"]) == (["v2", "v1"], 12)
    (found,) = said["comparisons"]
    assert (found["before"], found["after"], found["n"]) == ("v1", "v2", 6)
    assert found["mean"] > 0
    shown = promptship(*beside).out
    assert all(word in shown for word in ("vs v1", "better", "v2 beside v1", "90 % interval"))
    assert promptship(*beside, "--alone", "--json").document["arms"] == ["v2"]
    assert promptship(*_RUN, "v2", "-e", "dmeo").err.startswith("PS-E108")


def test_repeats_give_a_pass_rate(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    said = promptship(*_RUN, "v2", "--limit", "2", "--repeats", "3")
    assert "(3/3 passed)" in said.out
    assert len(model.requests) == 6


def test_an_earlier_run_beside_it(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    assert promptship(*_RUN, "v1", "--beside", "last", "--json").document["comparisons"] == []
    told = promptship(*_RUN, "v2", "--beside", "last", "--json").document
    assert told["comparisons"][0]["before"].startswith("v1 ")
    both = promptship(*_RUN, "v2", "--against", "v1", "--json").document["run_id"]
    assert "v2 beside v1 " in promptship(*_RUN, "v2", "--beside", f"{both}:v1").out
    assert promptship(*_RUN, "v3", "--beside", both).code == 3


def test_runs_are_listed_and_compared(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    assert promptship("eval", "list").out.startswith("no runs")
    old, new = (promptship(*_RUN, version, "--json").document["run_id"] for version in ("v1", "v2"))
    listed = promptship("eval", "list", "--json").document["runs"]
    assert [(one["run_id"], one["arm"], one["cases"]) for one in listed] == [(new, "v2", 30), (old, "v1", 30)]
    found = promptship("eval", "compare", old, new, "--json").document
    assert {case["change"] for case in found["cases"]} >= {"better", "same"}
    shown = promptship("eval", "compare", old, f"{new}:v2")
    assert (shown.code, "beside v1" in shown.out, " same " in shown.out) == (0, True, False)
    assert " same " in promptship("eval", "compare", old, new, "--all").out


@pytest.mark.parametrize(("run", "says"), [("run_none", "no run 'run_none'"), ("{run}:v9", "has no 'v9'")])
def test_a_run_that_is_not_there(
    place: Place, promptship: Promptship, model: scripted.Scripted, run: str, says: str
) -> None:
    made = promptship(*_RUN, "v1", "--limit", "2", "--json").document["run_id"]
    said = promptship("eval", "compare", made, run.format(run=made))
    assert (said.code, says in said.err) == (3, True)


def test_cases_of_the_gate_are_not_shown(place: Place, promptship: Promptship, model: scripted.Scripted) -> None:
    made = promptship(*_RUN, "v1", "--limit", "2", "--json").document["run_id"]
    place.store.tx(lambda tx: tx.execute("UPDATE eval_result SET gate_test_id = 'g'"))
    said = promptship("eval", "compare", made, made)
    assert (said.code, "was a gate's" in said.err) == (3, True)


def test_a_budget_of_calls_ends_a_run_and_the_next_goes_on(
    place: Place, promptship: Promptship, model: scripted.Scripted
) -> None:
    first = promptship(*_RUN, "v2", "--max-calls", "12", "--json")
    assert (first.code, first.document["calls"], first.document["left"]) == (3, 12, 18)
    assert first.document["stopped"] == "The budget is used up: all 12 calls are made"
    again = promptship(*_RUN, "v2", "--json").document
    assert (again["calls"], again["from_cache"], again["left"]) == (18, 12, 0)
