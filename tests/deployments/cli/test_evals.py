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
